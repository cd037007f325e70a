import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/program.js';

test('docs/coming-from-python.md says what becomes of every public name of CPython', () => {
  const rows = readFileSync(join(root, 'tests/conformance/python-names.tsv'), 'utf8').trimEnd().split('\n').slice(1);
  const page = readFileSync(join(root, 'docs/coming-from-python.md'), 'utf8');
  const words = new Set([...page.matchAll(/`[^`]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []));
  const missing = rows.map((row) => row.split('\t')).filter(([, name]) => !words.has(name ?? ''));
  assert.ok(rows.length > 200);
  assert.deepEqual(missing, []);
});
