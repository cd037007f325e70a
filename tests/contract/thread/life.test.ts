/** Threads: how they are made, begin and end, and what is seen of them meanwhile. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Process, Queue, SystemExit, Value } from 'manyfold';
import { activeCount, currentThread, enumerate, getIdent, mainThread, stackSize, Thread } from 'manyfold/threading';
import { guard } from '../../support/guard.js';
import { programFolder, runProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

guard();

// What the first process opens is not a test's leak.
before(async () => {
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
});

async function ran(thread: Thread): Promise<Thread> {
  await thread.start();
  await thread.join();
  return thread;
}

/** A thread that runs until `open` is called. */
async function gated(): Promise<{ thread: Thread; open: () => void }> {
  const gate = new Queue<true>();
  const thread = new Thread({ target: () => void gate.getSync() });
  await thread.start();
  return { thread, open: () => gate.putNowait(true) };
}

test('thread-002 a thread runs its target with its arguments, and what the target captures', async () => {
  const greeting = 'hello';
  const queue = new Queue();
  const target = (...args: unknown[]) => queue.putSync([greeting, ...args]);
  await ran(new Thread({ target, args: [1, new Map([['a', 1]])] }));
  await ran(new Thread({ target, args: ['list'] }));
  await ran(new Thread({ target, args: ['a'], kwargs: { key: 1 } }));
  assert.deepEqual(await queue.get(), ['hello', 1, new Map([['a', 1]])]);
  assert.deepEqual(await queue.get(), ['hello', 'list']);
  assert.deepEqual(await queue.get(), ['hello', 'a', { key: 1 }]);
});

test('threads run in one process, each with a heap of its own', async () => {
  const queue = new Queue<number>();
  const mine = { count: 0 };
  await ran(new Thread({ target: () => queue.putSync(process.pid + ++mine.count) }));
  assert.equal(await queue.get(), process.pid + 1);
  assert.equal(mine.count, 0);
});

test('a class of your own overrides run, and its fields travel', async () => {
  const queue = new Queue<string>();
  class Greeter extends Thread {
    readonly whom: string;
    constructor(whom: string) {
      super({ name: 'greeter' });
      this.whom = whom;
    }
    override run() {
      queue.putSync(`${this.name} greets ${this.whom}, ${currentThread() === this}`);
    }
  }
  await ran(new Greeter('bob'));
  assert.equal(await queue.get(), 'greeter greets bob, true');
});

test('thread-003 thread-018 ident is null before the start, and the text says how far it has come', async () => {
  const gate = new Queue<true>();
  const threads = Array.from({ length: 3 }, () => new Thread({ target: () => void gate.getSync(), name: 'various' }));
  for (const thread of threads) {
    assert.deepEqual([thread.ident, thread.nativeId, thread.isAlive()], [null, null, false]);
    assert.equal(String(thread), '<Thread(various, initial)>');
  }
  for (const thread of threads) await thread.start();
  assert.equal(new Set(threads.map((thread) => thread.nativeId)).size, 3);
  for (const thread of threads) {
    assert.ok(thread.isAlive());
    assert.equal(String(thread), `<Thread(various, started ${thread.ident})>`);
  }
  for (let item = 0; item < threads.length; item++) gate.putNowait(true); // any of them may be the first to get one
  for (const thread of threads) {
    await thread.join();
    assert.ok(!thread.isAlive());
    assert.equal(String(thread), `<Thread(various, stopped ${thread.ident})>`);
  }
});

test('names count up, and tell the target', () => {
  function work() {}
  const [first, second] = [new Thread({ target: work }), new Thread()];
  const number = Number(/^Thread-(\d+) \(work\)$/.exec(first.name)?.[1]);
  assert.equal(second.name, `Thread-${number + 1}`);
});

test('thread-008 thread-015 enumerate has the threads that run, from whatever thread one looks', async () => {
  assert.equal(currentThread(), mainThread());
  assert.equal(mainThread().name, 'MainThread');
  assert.equal(mainThread().ident, getIdent());
  const queue = new Queue();
  const { thread, open } = await gated();
  assert.deepEqual(enumerate(), [mainThread(), thread]);
  assert.equal(activeCount(), 2);
  await ran(
    new Thread({
      name: 'looks',
      target: () => {
        queue.putSync(enumerate().map(({ name }) => name));
        queue.putSync([mainThread().ident, mainThread().name, getIdent() === mainThread().ident]);
      },
    }),
  );
  assert.deepEqual(await queue.get(), ['MainThread', 'looks', thread.name]);
  assert.deepEqual(await queue.get(), [mainThread().ident, 'MainThread', false]);
  open();
  await thread.join();
  assert.deepEqual(enumerate(), [mainThread()]);
});

test('thread-004 thread-005 a worker of others is a thread too, which nobody joins', async () => {
  currentThread(); // from here on, workers that are made can find the program
  using folder = programFolder({
    'worker.mjs': `
      import { parentPort } from 'node:worker_threads';
      import { currentThread, enumerate, getIdent } from 'manyfold/threading';
      const me = currentThread();
      let code;
      try { await me.join(); } catch (error) { code = error.code; }
      parentPort.postMessage([me.name, me.ident === getIdent(), me.isAlive(), me.daemon, code, enumerate().length]);
    `,
  });
  const worker = new Worker(folder.file('worker.mjs'));
  const [message] = await Promise.all([
    new Promise<unknown[]>((resolve) => worker.once('message', resolve)),
    new Promise((resolve) => worker.once('exit', resolve)),
  ]);
  assert.match(String(message[0]), /^Dummy-\d+$/);
  assert.deepEqual(message.slice(1), [true, true, true, 'ERR_THREAD_FOREIGN', 2]);
  assert.equal(activeCount(), 1);
});

test('thread-006 the stack of threads may be small', async () => {
  assert.equal(stackSize(), 0);
  assert.equal(stackSize(2 ** 20), 0);
  try {
    assert.equal(stackSize(), 2 ** 20);
    const queue = new Queue<number>();
    await ran(
      new Thread({
        target: () => {
          let depth = 0;
          const dive = () => {
            depth++;
            dive();
          };
          try {
            dive();
          } catch {
            queue.putSync(depth);
          }
        },
      }),
    );
    const depth = await queue.get();
    assert.ok(depth > 100 && depth < 20_000, String(depth));
    assert.throws(() => stackSize(1000), { name: 'ValueError', code: 'ERR_STACK_SIZE' });
  } finally {
    stackSize(0);
  }
});

test('thread-023 a thread that the system refuses is an error, and nothing is left of it', async () => {
  using folder = programFolder({
    'main.mjs': `
      import { activeCount, stackSize, Thread } from 'manyfold/threading';
      stackSize(2 ** 46);
      const thread = new Thread({ target: () => {} });
      await thread.start().catch((error) => console.log(error.name, error.code));
      console.log(activeCount(), thread.isAlive());
      stackSize(0);
      await thread.start();
      await thread.join();
      console.log(String(thread.ident !== null));
    `,
  });
  const { stdout } = await runProgram(folder.file('main.mjs'));
  assert.equal(stdout, 'RuntimeError ERR_THREAD_START\n1 false\ntrue\n');
});

test('thread-009 many may join the same thread', async () => {
  const { thread, open } = await gated();
  const joined = new Value('i', 0);
  const joiners = Array.from(
    { length: 3 },
    () =>
      new Thread({
        target: async () => {
          await thread.join();
          thread.joinSync();
          using _held = joined.getLock().holdSync();
          joined.value += 1;
        },
      }),
  );
  for (const joiner of joiners) await joiner.start();
  const here = Array.from({ length: 16 }, () => thread.join());
  open();
  await Promise.all([...here, ...joiners.map((joiner) => joiner.join())]);
  assert.equal(joined.value, 3);
});

test('thread-010 a join with a timeout returns, and the thread goes on', async () => {
  const { thread, open } = await gated();
  await thread.join({ timeout: 5 });
  thread.joinSync({ timeout: 5 });
  await assert.rejects(thread.join({ signal: AbortSignal.abort(new Error('enough')) }), /enough/);
  assert.ok(thread.isAlive());
  open();
  thread.joinSync();
  assert.ok(!thread.isAlive());
});

test('thread-011 a thread that has started keeps nothing of its target', async () => {
  let collected = false;
  const registry = new FinalizationRegistry(() => (collected = true));
  const start = async () => {
    const captured = { big: new Array(1000).fill(0) };
    registry.register(captured, 0);
    const thread = new Thread({
      target: (code: number) => {
        captured.big.push(1);
        throw new SystemExit(code);
      },
      args: [1],
    });
    return await ran(thread);
  };
  const thread = await start();
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  assert.ok(await until(() => (collect(), collected)));
  assert.ok(!thread.isAlive());
});

test('thread-014 daemon is inherited unless it is given', async () => {
  assert.equal(new Thread().daemon, false);
  assert.equal(new Thread({ daemon: true }).daemon, true);
  const queue = new Queue<boolean[]>();
  const target = () => queue.putSync([new Thread().daemon, new Thread({ daemon: false }).daemon]);
  await ran(new Thread({ target, daemon: true }));
  assert.deepEqual(await queue.get(), [true, false]);
});

test('thread-016 the thread of a child process is its main thread', async () => {
  const queue = new Queue();
  const child = new Process({
    target: () => queue.putSync([currentThread() === mainThread(), getIdent() === process.pid, mainThread().name]),
  });
  await child.start();
  assert.deepEqual(await queue.get(), [true, true, 'MainThread']);
  await child.join();
});

test('thread-027 thread-028 thread-029 thread-030 what one cannot do with a thread', async () => {
  const unborn = new Thread();
  await assert.rejects(unborn.join(), { name: 'RuntimeError', code: 'ERR_THREAD_NOT_STARTED' });
  assert.throws(() => unborn.joinSync(), { code: 'ERR_THREAD_NOT_STARTED' });
  await assert.rejects(currentThread().join(), { name: 'RuntimeError', code: 'ERR_THREAD_JOINS_ITSELF' });
  const { thread, open } = await gated();
  await assert.rejects(thread.start(), { name: 'RuntimeError', code: 'ERR_THREAD_STARTED_TWICE' });
  assert.throws(() => (thread.daemon = true), { name: 'RuntimeError', code: 'ERR_THREAD_STARTED' });
  open();
  await thread.join();
  await assert.rejects(thread.start(), { code: 'ERR_THREAD_STARTED_TWICE' });

  assert.throws(() => new Thread({ target: 'f' as never }), { name: 'TypeError', code: 'ERR_TARGET' });
  assert.throws(() => new Thread({ args: 'ab' as never }), { name: 'TypeError', code: 'ERR_PROCESS_ARGS' });
  assert.throws(() => new Thread({ name: 5 as never }), { name: 'TypeError', code: 'ERR_THREAD_NAME' });
  assert.throws(() => new Thread({ group: {} as never }), { code: 'ERR_PROCESS_GROUP' });
  const travels = new Thread({ target: (value: unknown) => value, args: [new WeakMap()] });
  await assert.rejects(travels.start(), { name: 'PicklingError' });
});

test('thread-039 thread-040 the operating system knows the name of a thread', async () => {
  const shown = (thread: Thread) => readFileSync(`/proc/self/task/${thread.nativeId}/comm`, 'utf8').trimEnd();
  const gate = new Queue<true>();
  const queue = new Queue<string>();
  const target = () => {
    gate.getSync();
    currentThread().name = 'renamed';
    queue.putSync(currentThread().name);
    gate.getSync();
  };
  const thread = new Thread({ target, name: 'aäääääääääää' });
  await thread.start();
  assert.equal(shown(thread), 'aäääääää');
  gate.putNowait(true);
  assert.equal(await queue.get(), 'renamed');
  assert.equal(thread.name, 'renamed');
  assert.equal(shown(thread), 'renamed');
  thread.name = 'cut\0here';
  assert.equal(shown(thread), 'cut');
  gate.putNowait(true);
  await thread.join();
  assert.equal(thread.name, 'cut\0here');
});
