/** Many children, and children of children. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Process, type SimpleQueue } from 'manyfold';
import { sleep } from 'manyfold/coroutines';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

type Numbers = readonly number[];

/** Starts children of its own, two each, three levels deep. */
async function descend(queue: SimpleQueue<Numbers>, id: Numbers): Promise<void> {
  await queue.put(id);
  if (id.length === 2) return;
  for (const number of [0, 1]) {
    const child = new Process({ target: descend, args: [queue, [...id, number]] });
    await child.start();
    await child.join();
    if (child.exitCode !== 0) throw new Error(`the child ended with ${child.exitCode}`);
  }
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const count = method === 'spawn' ? 5 : method === 'thread' ? 10 : 100;
  const startAll = async (target: () => unknown) => {
    const children = Array.from({ length: count }, () => new context.Process({ target }));
    await Promise.all(children.map((child) => child.start()));
    return children;
  };
  const joinAll = async (children: readonly InstanceType<typeof context.Process>[]) => {
    await Promise.all(children.map((child) => child.join()));
    return [...new Set(children.map(({ exitCode }) => exitCode))];
  };

  test('process-026 many children that sleep end with 0', async () => {
    const children = await startAll(() => new Promise((resolve) => setTimeout(resolve, 10)));
    assert.deepEqual(await joinAll(children), [0]);
  });

  test('process-027 many children are terminated, just started', async () => {
    const children = await startAll(() => sleep(60_000));
    for (const child of children) child.terminate();
    assert.deepEqual(await joinAll(children), [-15]);
  });

  test('process-027 a child is terminated within a millisecond of its start', async () => {
    for (let round = 0; round < count / 5; round++) {
      const child = new context.Process({ target: () => sleep(60_000) });
      await child.start();
      child.terminate();
      await child.join();
      assert.equal(child.exitCode, -15);
    }
  });

  test('process-020 children start children', async () => {
    const queue = new context.SimpleQueue<Numbers>();
    const child = new context.Process({ target: descend, args: [queue, []] });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    const ids: Numbers[] = [];
    while (!queue.empty()) ids.push(await queue.get());
    assert.deepEqual(ids, [[], [0], [0, 0], [0, 1], [1], [1, 0], [1, 1]]);
  });

  test(
    'process-029 children inherit nothing of their siblings',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      const queue = new context.SimpleQueue<number>();
      const counts: number[] = [];
      const children: InstanceType<typeof context.Process>[] = [];
      const hold = new context.Lock();
      hold.acquireSync();
      const target = async () => {
        await queue.put(readdirSync('/proc/self/fd').length);
        await hold.acquire();
        hold.release();
      };
      for (let i = 0; i < 5; i++) {
        const child = new context.Process({ target });
        await child.start();
        children.push(child);
        counts.push(await queue.get());
      }
      hold.release();
      await joinAll(children);
      assert.equal(new Set(counts).size, 1, `open descriptors: ${counts.join(', ')}`);
    },
  );

  test(
    "process-030 a child waits for its worker threads, and not for those that are unref'd",
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const queue = new context.SimpleQueue<string>();
      const target = () => {
        const script = `setTimeout(() => require('node:worker_threads').parentPort.postMessage('done'), 100)`;
        const counted = new Worker(script, { eval: true });
        counted.on('message', (text: string) => queue.putSync(`counted ${text}`));
        const ignored = new Worker('setInterval(() => {}, 1000)', { eval: true });
        ignored.unref();
      };
      const child = new context.Process({ target });
      await child.start();
      await child.join();
      assert.equal(child.exitCode, 0);
      assert.equal(await queue.get(), 'counted done');
    },
  );

  test('a program that does nothing but start and join stays alive for it', async () => {
    const main = `
      import { getContext } from 'manyfold';
      const { Process } = getContext('${method}');
      for (let i = 0; i < ${count * 3}; i++) {
        const child = new Process({ target: () => {} });
        await child.start();
        await child.join();
      }
      console.log('done');
    `;
    using folder = programFolder({ 'main.mjs': main });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    assert.equal(stdout, 'done\n', stderr);
    assert.equal(code, 0);
  });
});
