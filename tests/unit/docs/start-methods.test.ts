import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { javascript } from '../../packaging/esbuild.js';
import { guard } from '../../support/guard.js';
import { programFolder, root, runProgram } from '../../support/program.js';

guard();

test('the programs of the page about start methods print what it says, launched as it says', async () => {
  const page = readFileSync(join(root, 'docs/start-methods.md'), 'utf8');
  const outputs: string[] = [];
  for (const [, program] of page.matchAll(/```ts\n([^]*?)```/g)) {
    using folder = programFolder({ 'app.mjs': javascript(program ?? '') });
    const launcher = join(root, 'bundle/boot/cli.cjs');
    const { stdout, stderr } = await runProgram(launcher, { args: ['run', folder.file('app.mjs')] });
    assert.equal(stderr, '');
    outputs.push(stdout);
  }
  assert.deepEqual(outputs, ['100000\n', '[ 1, 2 ]\n']);
});
