import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/program.js';

/** Where the compiler complains, as `file(line)`. */
function complaints(): Promise<string[]> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '-p', 'tests/types', '--pretty', 'false'],
      { cwd: root },
      (_error, stdout) => {
        resolve([...stdout.matchAll(/^(\S+)\((\d+),\d+\): error/gm)].map(([, file, line]) => `${file}(${line})`));
      },
    );
  });
}

function markedLines(file: string): string[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, at) => (line.endsWith('// wrong') ? [`${file}(${at + 1})`] : []));
}

test('the compiler rejects what does not fit, where it stands, and nothing else', async () => {
  const expected = markedLines('tests/types/fixtures/mistakes.ts');
  assert.ok(expected.length > 0);
  assert.deepEqual([...new Set(await complaints())].toSorted(), expected.toSorted());
});
