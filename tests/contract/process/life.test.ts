/** The life of a process object: before the start, while it runs, after its end. */

import assert from 'node:assert/strict';
import { sleep } from 'manyfold/coroutines';
import { poll } from '../../support/descriptors.js';
import { because, canBlock, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

const sleepLong = () => sleep(60_000);

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  test('process-007 process-008 process-010 before the start, while it runs, after its end', async () => {
    const { Process, activeChildren, Lock } = context;
    const lock = new Lock();
    const child = new Process({ target: async () => void (await lock.acquire()) });
    assert.equal(child.isAlive(), false);
    assert.equal(child.exitCode, null);
    assert.equal(child.pid, null);
    assert.deepEqual(activeChildren(), []);
    assert.notEqual(activeChildren(), activeChildren());

    lock.acquireSync();
    await child.start();
    assert.equal(child.exitCode, null);
    assert.equal(child.isAlive(), true);
    assert.deepEqual(activeChildren(), [child]);
    assert.equal(child.ident, child.pid);

    lock.release();
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.equal(child.isAlive(), false);
    assert.deepEqual(activeChildren(), []);
  });

  test('process-016 process-017 join with no time or less returns at once; after the end as well', async () => {
    const child = new context.Process({ target: sleepLong });
    await child.start();
    assert.equal(await child.join({ timeout: 0 }), undefined);
    assert.equal(await child.join({ timeout: -1 }), undefined);
    assert.equal(child.joinSync({ timeout: 0 }), undefined);
    assert.equal(child.isAlive(), true);
    child.kill();
    await child.join();
    await child.join();
    child.joinSync();
    assert.equal(child.isAlive(), false);
  });

  test('process-017 one that ended long ago is joined at once, also while later ones run', async () => {
    const early = new context.Process({ target: () => {} });
    await early.start();
    assert.ok(await until(() => !early.isAlive()));
    // One of them has the place in the process table that the early one had.
    const later = [0, 1].map(() => new context.Process({ target: sleepLong }));
    for (const child of later) await child.start();
    let joined = false;
    const join = early.join().then(() => (joined = true));
    assert.ok(await until(() => joined));
    await join;
    for (const child of later) child.kill();
    for (const child of later) await child.join();
  });

  test('process-019 a daemon that runs is an active child, one that is not started is none', async () => {
    const child = new context.Process({ target: sleepLong, daemon: true });
    assert.ok(!context.activeChildren().includes(child));
    await child.start();
    assert.ok(context.activeChildren().includes(child));
    child.kill();
    await child.join();
    assert.ok(!context.activeChildren().includes(child));
  });

  test(
    'process-021 the sentinel is readable when the process has ended; there is none before the start',
    {
      not: {
        thread: 'a thread has no descriptor that could be waited for',
        coroutine: 'a coroutine has no descriptor that could be waited for',
      },
    },
    async () => {
      const child = new context.Process({ target: sleepLong });
      assert.throws(() => child.sentinel, { name: 'ValueError', code: 'ERR_PROCESS_NOT_STARTED' });
      await child.start();
      assert.equal(poll(child.sentinel), false);
      child.kill();
      await child.join();
      assert.equal(poll(child.sentinel), true);
      child.close();
      assert.throws(() => child.sentinel, { code: 'ERR_PROCESS_CLOSED' });
    },
  );

  test('process-024 a closed object can hardly be used, and be closed again', async () => {
    const child = new context.Process({ target: sleepLong });
    await child.start();
    assert.throws(() => child.close(), { name: 'ValueError', code: 'ERR_PROCESS_RUNNING' });
    child.kill();
    await child.join();
    child.close();
    const closed = { name: 'ValueError', code: 'ERR_PROCESS_CLOSED' };
    assert.throws(() => child.isAlive(), closed);
    assert.throws(() => child.terminate(), closed);
    assert.throws(() => child.joinSync(), closed);
    await assert.rejects(child.join(), closed);
    await assert.rejects(child.start(), closed);
    child.close();
  });

  test('process-013 process-014 kill gives -9, interrupt 1, terminate -15, each to a process that is busy', async () => {
    const ready = new context.SimpleQueue<number>();
    const target = (busy: boolean) => {
      ready.putSync(process.pid);
      if (!busy) return sleepLong();
      while (true);
    };
    const codeAfter = async (end: 'kill' | 'terminate' | 'interrupt', busy: boolean) => {
      const child = new context.Process({ target, args: [busy] });
      await child.start();
      assert.equal(await ready.get(), child.pid);
      child[end]();
      await child.join();
      return child.exitCode;
    };
    if (mayBlock) assert.equal(await codeAfter('kill', true), -9);
    assert.equal(await codeAfter('kill', false), -9);
    if (mayBlock) assert.equal(await codeAfter('terminate', true), -15);
    assert.equal(await codeAfter('terminate', false), -15);
    assert.equal(await codeAfter('interrupt', false), 1);
  });

  test(
    'process-015 interrupt on a child without any handler for it gives -2',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      const ready = new context.SimpleQueue<string>();
      const target = () => {
        process.removeAllListeners('SIGINT');
        ready.putSync('ready');
        return sleepLong();
      };
      const child = new context.Process({ target });
      await child.start();
      await ready.get();
      child.interrupt();
      await child.join();
      assert.equal(child.exitCode, -2);
    },
  );

  test(
    'a child can handle an interrupt itself',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      const ready = new context.SimpleQueue<string>();
      const target = () => {
        process.on('SIGINT', () => process.exit(42));
        ready.putSync('ready');
        return sleepLong();
      };
      const child = new context.Process({ target });
      await child.start();
      await ready.get();
      child.interrupt();
      await child.join();
      assert.equal(child.exitCode, 42);
    },
  );

  test('await using joins a child and closes it', async () => {
    let kept: InstanceType<typeof context.Process>;
    {
      await using child = new context.Process({ target: () => {} });
      await child.start();
      kept = child;
    }
    assert.throws(() => kept.isAlive(), { code: 'ERR_PROCESS_CLOSED' });
  });

  test('exitCode is set by itself, without a join', async () => {
    const child = new context.Process({ target: () => {} });
    await child.start();
    assert.ok(await until(() => child.exitCode === 0));
    await child.join();
  });
});
