/** How threads end: by themselves, by errors, and with their program. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getContext, Queue } from 'manyfold';
import { setExcepthook, Thread } from 'manyfold/threading';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

async function run(program: string, options = {}) {
  using folder = programFolder({
    'main.mjs': `import { currentThread, enumerate, mainThread, setExcepthook, Thread } from 'manyfold/threading';
import { Event, Lock, Queue, SystemExit } from 'manyfold';
${program}`,
  });
  return await runProgram(folder.file('main.mjs'), { limit: 60_000, ...options });
}

test('thread-032 thread-034 an error ends its thread, is told on stderr, and ends nothing else', async () => {
  const { stdout, stderr, code } = await run(`
    const t = new Thread({ name: 'fails', target: () => { throw new RangeError('too far'); } });
    await t.start();
    await t.join();
    const later = new Thread({ name: 'later', target: () => { setTimeout(() => { throw new Error('later'); }, 1); setTimeout(() => {}, 60000); } });
    await later.start();
    await later.join();
    console.log('still here', t.isAlive(), later.isAlive());
  `);
  assert.equal(stdout, 'still here false false\n');
  assert.match(stderr, /^Exception in thread fails:\nRangeError: too far\n\s+at .*main\.mjs:4:/);
  assert.match(stderr, /^Exception in thread later:\nError: later/m);
  assert.equal(code, 0);
});

test('thread-033 nothing breaks where stderr is closed', async () => {
  using folder = programFolder({
    'run.sh': 'exec "$NODE" "$(dirname "$0")/main.mjs" 2>&-',
    'main.mjs': `
      import { Thread } from 'manyfold/threading';
      const t = new Thread({ target: () => { throw new Error('unheard'); } });
      await t.start();
      await t.join();
      console.log('fine');
    `,
  });
  const options = { node: '/bin/sh', env: { NODE: process.execPath }, limit: 60_000 };
  const { stdout, code } = await runProgram(folder.file('run.sh'), options);
  assert.deepEqual([stdout, code], ['fine\n', 0]);
});

test('thread-035 an exit ends a thread in silence', async () => {
  const { stdout, stderr, code } = await run(`
    for (const target of [() => { throw new SystemExit(1); }, () => process.exit(3)]) {
      const t = new Thread({ target });
      await t.start();
      await t.join();
    }
    console.log('end');
  `);
  assert.deepEqual([stdout, stderr, code], ['end\n', '', 0]);
});

test('thread-036 thread-038 a hook of your own gets the error, and the original can be set back', async () => {
  const queue = new Queue();
  setExcepthook(({ excType, excValue, excTraceback, thread }) => {
    queue.putSync([
      excType === RangeError,
      (excValue as Error).message,
      String(excTraceback).slice(0, 10),
      thread.name,
    ]);
  });
  try {
    const thread = new Thread({
      name: 'hooked',
      target: () => {
        throw new RangeError('told');
      },
    });
    await thread.start();
    assert.deepEqual(await queue.get(), [true, 'told', 'RangeError', 'hooked']);
    await thread.join();
  } finally {
    setExcepthook(null);
  }
  const { stderr } = await run(`
    setExcepthook(() => console.log('never'));
    setExcepthook(null);
    const t = new Thread({ target: () => { throw new Error('told'); }, name: 'plain' });
    await t.start();
  `);
  assert.match(stderr, /^Exception in thread plain:\nError: told/);
});

test('thread-037 a hook that throws is told of as well', async () => {
  const { stdout, stderr } = await run(`
    setExcepthook(() => { throw new Error('the hook failed'); });
    const t = new Thread({ target: () => { throw new Error('first'); } });
    await t.start();
    await t.join();
    console.log('end');
  `);
  assert.equal(stdout, 'end\n');
  assert.match(stderr, /^Exception in threading\.excepthook:\nError: the hook failed/);
});

test('a promise that nothing is left to settle does not hang', async () => {
  const { stdout, stderr } = await run(`
    const t = new Thread({ name: 'idle', target: () => new Promise(() => {}) });
    await t.start();
    await t.join();
    console.log('end');
  `);
  assert.equal(stdout, 'end\n');
  assert.match(stderr, /the target of thread 'idle' waits for a promise that nothing is left to settle/);
});

test('the program waits for its threads, and not for daemons', async () => {
  const { stdout, code } = await run(`
    const daemon = new Thread({ daemon: true, target: () => new Promise((resolve) => setTimeout(resolve, 60000)) });
    await daemon.start();
    const said = new Event();
    const t = new Thread({ target: async () => { await said.wait(); await new Promise((resolve) => setTimeout(resolve, 20)); console.log('thread'); } });
    await t.start();
    console.log('main');
    said.set();
  `);
  assert.deepEqual([stdout, code], ['main\nthread\n', 0]);
});

test('a daemon that blocks in the kernel does not hold up the end', async () => {
  const started = performance.now();
  const { stdout, code } = await run(`
    const [queue, lock] = [new Queue(), new Lock()];
    lock.acquireSync();
    const blocked = [() => queue.getSync(), () => lock.acquireSync()].map((target) => new Thread({ target, daemon: true }));
    for (const t of blocked) await t.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const exitsAt = performance.now();
    process.on('exit', () => console.log('main'));
    process.exit(5);
  `);
  assert.deepEqual([stdout, code], ['main\n', 5]);
  assert.ok(performance.now() - started < 50_000);
});

test('thread-024 a thread can wait for the end of the main thread', async () => {
  const { stdout } = await run(`
    const t = new Thread({ target: async () => { await mainThread().join(); console.log('end of thread'); } });
    await t.start();
    setTimeout(() => console.log('end of main'), 20);
  `);
  assert.equal(stdout, 'end of main\nend of thread\n');
});

test('thread-025 forty daemons that write do not disturb the exit', { timeout: 110_000 }, async () => {
  const { stdout, stderr, code } = await run(
    `
    import fs from 'node:fs';
    const work = async () => { for (;;) { fs.readFileSync(new URL(import.meta.url)).length; await new Promise((resolve) => setTimeout(resolve, 1)); } };
    const daemons = Array.from({ length: 40 }, () => new Thread({ target: work, daemon: true }));
    await Promise.all(daemons.map((t) => t.start()));
    console.log('main');
  `.replace('process.execPath', 'new URL(import.meta.url)'),
    { limit: 100_000 },
  );
  assert.deepEqual([stdout, stderr, code], ['main\n', '', 0]);
});

test('thread-021 thread-022 while the program exits nothing starts, and daemons are not joined', async () => {
  const { stdout } = await run(`
    const daemon = new Thread({ daemon: true, target: () => new Promise((resolve) => setTimeout(resolve, 60000)) });
    await daemon.start();
    process.on('exit', () => {
      new Thread().start().catch((error) => console.log(error.name, error.code));
      try { daemon.joinSync(); } catch (error) { console.log(error.name, error.code); }
      process.nextTick(() => {});
    });
  `);
  assert.match(stdout, /^RuntimeError ERR_AT_EXIT\n/);
});

test('what a thread writes is there when it is joined, in order', async () => {
  const { stdout } = await run(`
    const t = new Thread({ target: () => { for (let i = 0; i < 3; i++) console.log('thread', i); process.stdout.write('x'.repeat(200000) + '\\n'); } });
    await t.start();
    t.joinSync();
    console.log('main');
  `);
  assert.equal(stdout, `thread 0\nthread 1\nthread 2\n${'x'.repeat(200_000)}\nmain\n`);
});

test('a thread that has ended before its creator has looked did start', async () => {
  const { Process } = getContext('thread');
  for (const make of [() => new Thread({ target: () => {} }), () => new Process({ target: () => {} })]) {
    for (let round = 0; round < 4; round++) {
      const thread = make();
      const starting = thread.start();
      const end = performance.now() + 200;
      while (performance.now() < end); // it runs and ends meanwhile
      await starting;
      await thread.join();
      assert.equal(thread.isAlive(), false);
      assert.ok(thread.ident! > 0);
    }
  }
});

test('what the library closes in a thread, Node has nothing to say about', async () => {
  const result = await run(`
    import { DupFd, recvHandle, sendHandle } from 'manyfold/connection';
    import { getContext, Pipe } from 'manyfold';
    const target = async () => {
      const { Pool } = getContext('thread');
      const pool = new Pool(1);
      await pool.apply(() => 1);
      pool.terminate();
      await pool.join();
      const [here, there] = Pipe();
      here.fileno();
      await sendHandle(here, 2);
      new DupFd(await recvHandle(there)).close();
      here.close();
      there.close();
    };
    const thread = new Thread({ target });
    await thread.start();
    await thread.join();
  `);
  assert.deepEqual(result, { stdout: '', stderr: '', code: 0, signal: null });
});
