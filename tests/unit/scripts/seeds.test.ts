import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadScript } from '../../support/scripts.js';

const { difference, gaps, headOf } = await loadScript('seeds.mjs');

test('the first comment of a program names its lines, and says what is true', () => {
  const source = '// Seeds: S000-09, S000-13\n// What it does.\n// Note: it is not\n// so.\n\n// Seeds: S001-01\n';
  assert.deepEqual(headOf(source), { ids: ['S000-09', 'S000-13'], note: 'it is not so.' });
  assert.deepEqual(headOf('import x;\n// Seeds: S001-01\n'), { ids: [], note: '' });
});

test('an output is compared line by line', () => {
  assert.equal(difference('a\nb\n', 'a\nb\n'), undefined);
  assert.equal(difference('', ''), undefined);
  assert.match(difference('a\nb\n', 'a\nc\n') ?? '', /^line 2: expected b, got c/);
  assert.match(difference('a\nb\n', 'a\n') ?? '', /^line 2: expected b, got nothing/);
  assert.match(difference('a\n', 'a\nb\n') ?? '', /^line 2: not expected: b/);
});

test('lines of a group come in any order, and a pattern stands for a whole line', () => {
  assert.equal(difference('~ a\n~ b\nend\n', 'b\na\nend\n'), undefined);
  assert.match(difference('~ a\n~ b\nend\n', 'b\nend\na\n') ?? '', /^line 2: expected a, got end/);
  assert.equal(difference('/pid \\d+/\n~ /x\\d/\n~ y\n', 'pid 12\ny\nx1\n'), undefined);
  assert.match(difference('/\\d/\n', '12\n') ?? '', /^line 1/);
});

test('every line of the tutorials is shown by a program or a test, and each of these exists', () => {
  assert.deepEqual(gaps(), { open: [], unnoted: [], unknown: [] });
});
