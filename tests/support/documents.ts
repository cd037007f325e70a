/** The programs of a page of the docs. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFolder, root, runProgram } from './program.js';

/** Runs each program of a page as it stands, and gives what they print; none may write to stderr or fail. */
export async function outputsOf(page: string): Promise<string[]> {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const outputs: string[] = [];
  for (const [, program] of text.matchAll(/```ts\n([^]*?)```/g)) {
    using folder = programFolder({ 'main.ts': program ?? '' });
    const result = await runProgram(folder.file('main.ts'), { execArgv: ['--import', 'tsx'], cwd: folder.path });
    assert.deepEqual([result.stderr, result.code], ['', 0]);
    outputs.push(result.stdout);
  }
  return outputs;
}

/** The lines of an output, sorted: some come from several processes. */
export function sortedLines(output: string): string[] {
  return output.trimEnd().split('\n').toSorted();
}
