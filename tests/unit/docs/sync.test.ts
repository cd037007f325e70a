import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { programFolder, root, runProgram } from '../../support/program.js';

guard();

const page = readFileSync(join(root, 'docs/sync.md'), 'utf8');
const programs = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => program ?? '');
/** What each of them prints. */
const printed = ['bought 3', 'true', 'all have eaten'];

test('the programs about locks run as they stand', async () => {
  assert.equal(programs.length, printed.length);
  for (const [at, program] of programs.entries()) {
    using folder = programFolder({ 'main.ts': program });
    const result = await runProgram(folder.file('main.ts'), { execArgv: ['--import', 'tsx'], cwd: folder.path });
    assert.deepEqual([result.stderr, result.code], ['', 0]);
    assert.equal(result.stdout, `${printed[at]}\n`);
  }
});
