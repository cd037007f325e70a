import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/program.js';

/** What the compiler complains about: `file(line)` and the message. */
function complaints(): Promise<Map<string, string>> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '-p', 'tests/types', '--pretty', 'false'],
      { cwd: root },
      (_error, stdout) => {
        const found = stdout.matchAll(/^(\S+)\((\d+),\d+\): error (.*)$/gm);
        resolve(new Map([...found].map(([, file, line, message]) => [`${file}(${line})`, message ?? ''])));
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
  const found = await complaints();
  const surprises = [...found].filter(([place]) => !expected.includes(place));
  assert.deepEqual(surprises, []);
  assert.deepEqual([...found.keys()].toSorted(), expected.toSorted());
});
