import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/program.js';

function codesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, code]) => code ?? ''))].toSorted();
}

test('docs/errors.md lists each error code of the sources, and no other', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const sources = files.map((path) => readFileSync(join(root, 'src', path), 'utf8')).join('\n');
  const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  assert.deepEqual(codesIn(documented, /^\| `(ERR_\w+)`/gm), codesIn(sources, /'(ERR_(?!REQUIRE_)[A-Z_]+)'/g)); // ERR_REQUIRE_... are Node's
});

test('docs/errors.md says of each code what it comes from and what to do about it', () => {
  const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `ERR_'));
  const short = rows.filter((row) => row.split(' | ').filter((cell) => cell.trim() !== '').length < 4);
  assert.deepEqual(short, []);
});
