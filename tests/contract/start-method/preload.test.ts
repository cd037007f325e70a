/** Modules that the fork server imports once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

const main = (preload: string, body: string) => `
  import { Process, setForkserverPreload } from 'manyfold';
  ${body.includes('module.mjs') ? "import { f } from './module.mjs';" : ''}
  setForkserverPreload(${preload});
  for (let i = 0; i < 2; i++) {
    const child = new Process({ target: ${body.includes('module.mjs') ? 'f' : body} });
    await child.start();
    await child.join();
    if (child.exitCode !== 0) console.log('code', child.exitCode);
  }
`;

test('startmethod-014 what a preloaded module has made is there in children and grandchildren', async () => {
  const module = `
    import { Lock, parentProcess, Process } from 'manyfold';
    export const lock = new Lock();
    export const f = async () => {
      const held = await lock.hold();
      if (parentProcess().name !== 'MainProcess') return console.log('grandchild');
      console.log('child');
      held[Symbol.dispose]();
      const child = new Process({ target: f });
      await child.start();
      await child.join();
    };
  `;
  const program = `
    import { Process, setForkserverPreload } from 'manyfold';
    setForkserverPreload(['./module.mjs']);
    const { f } = await import('./module.mjs');
    const child = new Process({ target: f });
    await child.start();
    await child.join();
    console.log('code', child.exitCode);
  `;
  using folder = programFolder({ 'main.mjs': program, 'module.mjs': module });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
  assert.equal(stderr, '');
  assert.equal(stdout, 'child\ngrandchild\ncode 0\n');
});

test('startmethod-015 startmethod-018 a preloaded module is imported once, and what it prints appears once', async () => {
  const module = `
    process.stdout.write('imported in ' + (globalThis.imported ? 'a child' : process.argv[1].endsWith('main.mjs') ? 'main or server' : '?') + '\\n');
    export const f = () => console.log('f');
  `;
  using folder = programFolder({ 'main.mjs': main(`['./module.mjs']`, 'module.mjs'), 'module.mjs': module });
  const { stdout } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
  // Once in the main process, which imports it itself, and once in the server.
  assert.equal(stdout, 'imported in main or server\n'.repeat(2) + 'f\nf\n');
});

test('startmethod-019 a preloaded module is found as the program itself would find it', async () => {
  const module = `globalThis.preloaded = import.meta.url.includes('found');`;
  using folder = programFolder({
    'main.mjs': main(`['only-here']`, '() => console.log(globalThis.preloaded)'),
    'node_modules/only-here/package.json': '{ "name": "only-here", "type": "module", "exports": "./found.js" }',
    'node_modules/only-here/found.js': module,
  });
  const { stdout } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
  assert.equal(stdout, 'true\ntrue\n');
});

test('a module that cannot be preloaded is left to the children', async () => {
  const broken = `throw new Error('broken');`;
  using folder = programFolder({
    'main.mjs': main(`['./missing.mjs', './broken.mjs']`, `() => console.log('runs')`),
    'broken.mjs': broken,
  });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
  assert.equal(stdout, 'runs\nruns\n');
  assert.equal(stderr, '');
});

test('startmethod-021 a preloaded module that starts processes is refused, and the program goes on', async () => {
  const module = `
    import { Process } from 'manyfold';
    const child = new Process({ target: () => console.log('never') });
    await child.start();
  `;
  using folder = programFolder({
    'main.mjs': main(`['./module-that-starts.mjs']`, `() => console.log('runs')`),
    'module-that-starts.mjs': module,
  });
  const { stdout } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
  assert.equal(stdout, 'runs\nruns\n');
});

/** Of programs that look whether memory has been given to somebody else: they let go of locks, and take many new ones. */
const others = `
  const letGo = async () => {
    const queue = new Queue();
    // What goes with the last round is looked for in the next one.
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 1000; i++) {
        queue.putNowait(new Lock());
        queue.getNowait();
      }
      gc();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const takeLocks = () => Array.from({ length: 2000 }, () => new Lock()).filter((lock) => lock.acquireSync());
`;

test('what a preloaded module has made stays where it is when a child has lent it to somebody', async () => {
  const module = `
    import { Lock } from 'manyfold';
    const lock = new Lock();
    export const lend = (queue) => queue.put(lock);
    export const use = (queue) => queue.put(lock.acquireSync({ timeout: 0 }));
  `;
  const program = `
    import { Lock, Process, Queue, setForkserverPreload } from 'manyfold';
    import { lend, use } from './module.mjs';
    ${others}
    setForkserverPreload(['./module.mjs']);
    const queue = new Queue();
    const run = async (target) => {
      const child = new Process({ target, args: [queue] });
      await child.start();
      await child.join();
      return queue.get();
    };
    await run(lend);
    await letGo();
    const taken = takeLocks();
    console.log(await run(use), taken.length);
  `;
  using folder = programFolder({ 'main.mjs': program, 'module.mjs': module });
  const options = { cwd: folder.path, execArgv: ['--expose-gc'] };
  assert.equal((await runProgram(folder.file('main.mjs'), options)).stdout, 'true 2000\n');
});

test('children have what they are given to themselves, though the server holds something as well', async () => {
  const module = `
    import { Lock, Queue } from 'manyfold';
    const queue = new Queue();
    queue.putNowait(new Lock());
    export const wait = async (lock, ready, go) => {
      await ready.put(true);
      await go.get();
      await ready.put(lock.acquireSync({ timeout: 0 }));
    };
  `;
  const program = `
    import { Lock, Process, Queue, setForkserverPreload } from 'manyfold';
    import { wait } from './module.mjs';
    ${others}
    setForkserverPreload(['./module.mjs']);
    const [ready, go] = [new Queue(), new Queue()];
    const children = [];
    for (let i = 0; i < 3; i++) {
      const child = new Process({ target: wait, args: [new Lock(), ready, go] });
      await child.start();
      await ready.get();
      children.push(child);
    }
    await letGo();
    const taken = takeLocks();
    for (let i = 0; i < 3; i++) await go.put(true);
    console.log(await ready.get(), await ready.get(), await ready.get(), taken.length);
    for (const child of children) await child.join();
  `;
  using folder = programFolder({ 'main.mjs': program, 'module.mjs': module });
  const options = { cwd: folder.path, execArgv: ['--expose-gc'] };
  assert.equal((await runProgram(folder.file('main.mjs'), options)).stdout, 'true true true 2000\n');
});
