/** A machine that has no memory left is a typed error where memory is asked for; all that is there stays whole. */

import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { before, test } from 'node:test';
import { entriesInUse } from '#dist/memory/entries.js';
import { activeChildren, Event, getContext, Process, Queue, RawArray, SharedArray, Value } from 'manyfold';
import { areBlocksBack, describeBlocks, settledBlocks } from '../../support/blocks.js';
import { fillMachine, noFullMachine } from '../../support/full-machine.js';
import { guard } from '../../support/guard.js';
import { assertHeapSound } from '../../support/heap.js';
import { isRunning } from '../../support/processes.js';
import { programFolder, runProgram } from '../../support/program.js';
import { pauseSync } from '../../support/wait.js';

guard();

async function run(target: () => unknown): Promise<void> {
  const child = new Process({ target });
  await child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
}

// The fork server and what it opens stay.
before(() => run(() => {}));

const full = { name: 'OutOfMemoryError', code: 'ERR_OUT_OF_MEMORY', message: 'fallocate failed: ENOSPC' };

test(
  'on a full machine large arrays and messages are refused, and small ones go on',
  { skip: noFullMachine },
  async () => {
    const queue = new Queue<Uint8Array | string>();
    await run(() => queue.putSync('known to others'));
    queue.getSync();
    const blocks = await settledBlocks();
    queue.putSync(new Uint8Array(300_000).fill(3));
    await run(async () => {
      fillMachine();
      assert.throws(() => new SharedArray('d', 2 ** 23), full);
      assert.throws(() => new RawArray('d', 2 ** 23), full);
      assert.throws(() => queue.putSync(new Uint8Array(50_000_000)), full);
      await assert.rejects(queue.put(new Uint8Array(50_000_000)), full);
      // Blocks of the heap, until that has no more pages either.
      const kept: unknown[] = [];
      const more = () => {
        for (;;) kept.push(new RawArray('d', 100_000));
      };
      assert.throws(more, full);
      queue.putSync('small');
    });
    assertHeapSound();
    assert.deepEqual([queue.getSync(), queue.getSync()], [new Uint8Array(300_000).fill(3), 'small']);
    assert.ok(await areBlocksBack(blocks), describeBlocks());
    // There is room again.
    queue.putSync(new Uint8Array(50_000_000).fill(4));
    assert.deepEqual(queue.getSync(), new Uint8Array(50_000_000).fill(4));
  },
);

test(
  'on a full machine the first wait of a process is refused, and leaves nothing',
  { skip: noFullMachine },
  async () => {
    const event = new Event();
    await run(async () => {
      fillMachine();
      await assert.rejects(event.wait(), full);
      assert.throws(() => event.waitSync(), full);
      assert.equal(entriesInUse(), 0);
      event.set();
      assert.equal(await event.wait(), true); // for which it need not wait
    });
  },
);

test(
  'on a full machine the first start of a process is refused, and runs nothing',
  { skip: noFullMachine },
  async () => {
    const runs = new Value('i', 0);
    const target = () => {
      runs.value++;
    };
    await run(async () => {
      fillMachine();
      for (const method of ['forkserver', 'spawn', 'fork', 'thread', 'coroutine'] as const)
        await assert.rejects(new (getContext(method).Process)({ target }).start(), full, method);
      assert.deepEqual(activeChildren(), []);
    });
    assert.equal(runs.value, 0);
  },
);

test('a child whose end nobody has room to wait for by then is killed', { skip: noFullMachine }, async () => {
  const { Process: Forked } = getContext('fork'); // which lets others run before it forks
  const target = () => new Promise((resolve) => setTimeout(resolve, 60_000));
  await run(async () => {
    await new Event().wait({ timeout: 1 });
    fillMachine();
    const child = new Forked({ target });
    const starting = child.start();
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    // More than a page of the table has room for.
    const waits = Array.from({ length: 300 }, () => new Event().wait({ signal: over.signal }));
    const outcomes = Promise.allSettled(waits);
    await assert.rejects(starting, full);
    over.abort();
    await outcomes;
    await child.join();
    assert.equal(child.exitCode, -9);
    assert.deepEqual(activeChildren(), []);
  });
});

test('signals that come while memory is asked for change nothing', async () => {
  const pid = process.pid;
  const ignore = () => {};
  process.on('SIGUSR2', ignore);
  const child = new Process({
    target: () => {
      for (;;) {
        process.kill(pid, 'SIGUSR2');
        pauseSync();
      }
    },
  });
  await child.start();
  try {
    assert.ok(isRunning(child.pid!));
    for (let round = 0; round < 5; round++) assert.equal(new RawArray('d', 2 ** 24).at(-1), 0);
  } finally {
    child.kill();
    await child.join();
    process.off('SIGUSR2', ignore);
  }
});

test('where the size of files is limited, that is what the error says', async () => {
  const main = `
    import { OSError, Queue } from 'manyfold';
    try {
      new Queue();
    } catch (error) {
      console.log(error instanceof OSError, error.code, error.message);
    }
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { ulimit: '-f 1000' });
  assert.match(stdout, /^true ERR_SYSTEM_CALL ftruncate failed: EFBIG; .*ulimit -f/, stderr);
});
