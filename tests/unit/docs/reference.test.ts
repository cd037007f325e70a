import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/program.js';
import { loadScript } from '../../support/scripts.js';

const { commented, publicNames, silentNames } = await loadScript('reference.mjs');

/** Errors are caught, not made; of these, the objects come from something that has an example. */
const FROM_ELSEWHERE = new Set(['ConditionProxy', 'RLockProxy', 'StructureType', 'Task']);
const ERRORS = /Error$|^(?:Empty|Full|ShutDown|BufferTooShort|SystemExit|Broken\w+)$/;

test('every public name, and every member of it, has a comment that says what it is', () => {
  assert.deepEqual(silentNames(), []);
});

test('every public function and class has an example', () => {
  const needing = publicNames().filter(
    ({ kind, name }) => ['class', 'function'].includes(kind) && !ERRORS.test(name) && !FROM_ELSEWHERE.has(name),
  );
  assert.ok(needing.length > 100);
  const without = needing.filter(({ tags }) => !tags.some(({ name }) => name === 'example'));
  assert.deepEqual(
    without.map(({ entry, name }) => `${entry} ${name}`),
    [],
  );
});

test('codes of errors that comments name are listed in docs/errors.md', () => {
  const listed = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const named = commented().flatMap(({ tags }) => tags.flatMap(({ content }) => content.match(/\bERR_[A-Z_]+/g) ?? []));
  assert.deepEqual(
    [...new Set(named)].filter((code) => !listed.includes(`\`${code}\``)),
    [],
  );
});
