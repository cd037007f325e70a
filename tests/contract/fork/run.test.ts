/** How a program comes to run so that it can be forked, and what a program hears that does not. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { getAllStartMethods } from 'manyfold';
import { guard } from '../../support/guard.js';
import { relatives } from '../../support/processes.js';
import { programFolder, root, runProgram, startProgram, type ProgramOptions } from '../../support/program.js';

guard();

const manyfold = join(root, 'bundle/boot/cli.cjs');

/** `manyfold run FILE ARGS`, as npx would start it. */
function launched(file: string, { execArgv = [], args = [], ...rest }: ProgramOptions = {}) {
  return [manyfold, { ...rest, args: ['run', ...execArgv, file, ...args] }] as const;
}

const forks = `
  import { getContext } from 'manyfold';
  const { Process } = getContext('fork');
  const words: string[] = process.argv.slice(2);
  const child = new Process({ target: (word: string) => console.log('child', word, words.join('+')), args: ['says'] });
  await child.start();
  await child.join();
  for await (const text of process.stdin) console.log('stdin', String(text).trim());
  process.exitCode = 7;
`;
const javascript = forks.replaceAll(/: string(?:\[\])?/g, '');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const canStrip = major > 22 || (major === 22 && minor >= 6);

test('manyfold run passes on arguments, streams and the exit code', async () => {
  using folder = programFolder({ 'main.mjs': javascript });
  const { stdout, stderr, code } = await runProgram(
    ...launched(folder.file('main.mjs'), { args: ['a', '--b'], stdin: 'hello' }),
  );
  assert.equal(stderr, '');
  assert.equal(stdout, 'child says a+--b\nstdin hello\n');
  assert.equal(code, 7);
});

test('manyfold run runs TypeScript where Node strips types, and says so where it does not', async () => {
  using folder = programFolder({ 'main.ts': forks });
  const { stdout, stderr, code } = await runProgram(...launched(folder.file('main.ts'), { args: ['x'] }));
  if (canStrip) {
    assert.equal(stdout, 'child says x\n');
    assert.equal(code, 7);
  } else {
    assert.match(stderr, /Node 20[.\d]+ does not run TypeScript by itself.* Node 22.18 or later\n$/);
    assert.equal(code, 1);
  }
});

test('manyfold run takes options of Node', async () => {
  const main = `console.log(process.throwDeprecation, process.execArgv.includes('--throw-deprecation'))`;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout } = await runProgram(...launched(folder.file('main.mjs'), { execArgv: ['--throw-deprecation'] }));
  assert.equal(stdout, 'true true\n');
});

test('manyfold run becomes the program: nothing stands in between, and signals are the program’s', async () => {
  const main = `
    process.on('SIGUSR2', () => { console.log('heard'); });
    setInterval(() => {}, 1000);
    console.log('pid', process.pid);
  `;
  using folder = programFolder({ 'main.mjs': main });
  await using running = startProgram(...launched(folder.file('main.mjs')));
  await running.output(`pid ${running.pid}\n`);
  assert.deepEqual(relatives(running.pid), []);
  running.kill('SIGUSR2');
  await running.output('heard');
  running.kill('SIGTERM');
  const { signal } = await running.ended;
  assert.equal(signal, 'SIGTERM');
});

test('manyfold run without a program says how it is used', async () => {
  for (const args of [[], ['run'], ['walk', 'x.js']]) {
    const { stderr, code } = await runProgram(manyfold, { args });
    assert.match(stderr, /^Usage: manyfold run /);
    assert.equal(code, 2);
  }
  const { stdout, code } = await runProgram(manyfold, { args: ['--help'] });
  assert.match(stdout, /^Usage: manyfold run /);
  assert.equal(code, 0);
});

test('a program that was not launched so is told at the start, and nothing is left half done', async () => {
  const main = `
    import { activeChildren, getContext } from 'manyfold';
    const { Pool, Process } = getContext('fork');
    const child = new Process({ target: () => console.log('never') });
    const failure = await child.start().catch((error) => error);
    console.log(failure.name, failure.code, failure.message);
    console.log(child.pid, child.isAlive(), activeChildren().length);
    const pool = new Pool(2);
    console.log(await pool.apply(() => 1).catch((error) => error.code));
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
  const sentence =
    'cannot fork this process: the program has to be launched by `npx manyfold run`, as in `npx manyfold run app.ts`';
  assert.equal(stdout, `ForkUnsafeError ERR_FORK_UNSAFE ${sentence}\nnull false 0\nERR_FORK_UNSAFE\n`, stderr);
});

test('a process with threads of its own is not forked, until they have ended', async () => {
  const main = `
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    import { getContext } from 'manyfold';
    const { Process } = getContext('fork');
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await once(worker, 'online');
    const child = new Process({ target: () => console.log('child') });
    await child.start().catch((error) => console.log(error.code, error.message));
    await worker.terminate();
    await child.start();
    await child.join();
    console.log(child.exitCode);
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout, stderr } = await runProgram(...launched(folder.file('main.mjs')));
  assert.match(stdout, /^ERR_FORK_UNSAFE .*1 thread beside Node's own.*\nchild\n0\n$/, stderr);
});

test('a child of the fork server can be forked', async () => {
  const main = `
    import { getContext } from 'manyfold';
    const { Process } = getContext('fork');
    const word = 'grandchild';
    const target = async () => {
      const heap = new Map([['word', word]]);
      const child = new Process({ target: () => console.log(heap.get('word'), process.ppid === parent) });
      const parent = process.pid;
      await child.start();
      await child.join();
    };
    const child = new (getContext('forkserver').Process)({ target });
    await child.start();
    await child.join();
    console.log(child.exitCode);
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
  assert.equal(stdout, 'grandchild true\n0\n', stderr);
});

test('startmethod-010 fork is one of the start methods', () => {
  assert.deepEqual(getAllStartMethods(), ['forkserver', 'spawn', 'fork']);
});
