import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram, startProgram } from '../../support/program.js';

guard();

test('a program gets its arguments, environment and input, and its output and exit code come back', async () => {
  using folder = programFolder({
    'main.mjs': `
      process.stdin.on('data', (data) => console.log(String(data), process.argv[2], process.env.COLOUR));
      process.stdin.on('end', () => { console.error('bye'); process.exitCode = 3; });`,
  });
  const result = await runProgram(folder.file('main.mjs'), { args: ['a b'], env: { COLOUR: 'red' }, stdin: 'hello' });
  assert.deepEqual(result, { stdout: 'hello a b red\n', stderr: 'bye\n', code: 3, signal: null });
});

test('a program that hangs is reported with what it printed, and killed', async () => {
  using folder = programFolder({ 'main.mjs': `console.log('so far'); setInterval(() => {}, 1000);` });
  await using program = startProgram(folder.file('main.mjs'), { limit: 500 });
  await program.output('so far');
  await assert.rejects(program.ended, /hung for 500 ms[^]*so far/);
});

test('a folder is gone at the end of its scope', () => {
  const paths = [];
  {
    using folder = programFolder({ 'sub/deep.mjs': '' });
    paths.push(folder.file('sub/deep.mjs'));
    assert.ok(existsSync(folder.file('sub/deep.mjs')));
  }
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [false],
  );
});
