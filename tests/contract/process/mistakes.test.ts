/** Mistakes in the use of a process: each is told where it was made, and leaves nothing half done. */

import assert from 'node:assert/strict';
import { currentProcess, parentProcess, Process } from 'manyfold';
import { sleep } from 'manyfold/coroutines';
import { because, eachMethod } from '../../support/methods.js';

interface Told {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

const told = (error: unknown): Told => {
  const { name, code, message } = error as Told;
  return { name, code, message };
};

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  /** What a child answers. */
  const inChild = async <T>(target: () => T | Promise<T>, daemon = false): Promise<T> => {
    const queue = new context.SimpleQueue<T>();
    const child = new context.Process({ target: async () => queue.put(await target()), daemon });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    return queue.get();
  };

  test('process-040 a process starts once', async () => {
    const child = new context.Process({ target: () => {} });
    const first = child.start();
    const twice = {
      name: 'AssertionError',
      code: 'ERR_PROCESS_STARTED_TWICE',
      message: 'cannot start a process twice',
    };
    await assert.rejects(child.start(), twice);
    await first;
    await assert.rejects(child.start(), twice);
    await child.join();
    await assert.rejects(child.start(), twice);
    assert.equal(child.exitCode, 0);
  });

  test('process-041 process-048 only what was started can be joined or signalled', async () => {
    const child = new context.Process({ target: () => {} });
    const unstarted = { name: 'AssertionError', code: 'ERR_PROCESS_NOT_STARTED' };
    await assert.rejects(child.join(), { ...unstarted, message: 'can only join a started process' });
    assert.throws(() => child.joinSync(), unstarted);
    assert.throws(() => child.terminate(), unstarted);
    assert.throws(() => child.kill(), unstarted);
    assert.throws(() => child.interrupt(), unstarted);
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  test('process-042 daemon cannot be changed after the start', async () => {
    const child = new context.Process({ target: () => {}, daemon: true });
    await child.start();
    assert.throws(() => (child.daemon = false), { name: 'AssertionError', code: 'ERR_PROCESS_STARTED' });
    assert.equal(child.daemon, true);
    await child.join();
  });

  test(
    'process-043 a daemon has no children',
    { not: { coroutine: 'what a coroutine starts ends with the program, daemon or not' } },
    async () => {
      const error = await inChild(() => new Process({ target: () => {} }).start().then(() => undefined, told), true);
      assert.deepEqual(error, {
        name: 'AssertionError',
        code: 'ERR_DAEMON_CHILDREN',
        message: 'daemonic processes are not allowed to have children',
      });
    },
  );

  test(
    'process-047 the child of another process can be signalled, but not joined or tested',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const sleeper = new context.Process({ target: () => sleep(60_000) });
      await sleeper.start();
      const answer = await inChild(async () => {
        const errors = [await sleeper.join().then(() => undefined, told), sleeper.exitCode];
        try {
          sleeper.isAlive();
        } catch (error) {
          errors.push(told(error));
        }
        sleeper.terminate();
        return errors;
      });
      const code = { name: 'AssertionError', code: 'ERR_NOT_A_CHILD' };
      assert.deepEqual(answer, [
        { ...code, message: 'can only join a child process' },
        null,
        { ...code, message: 'can only test a child process' },
      ]);
      await sleeper.join();
      assert.equal(sleeper.exitCode, -15);
    },
  );

  test('the current process can be neither started nor joined', async () => {
    await assert.rejects(currentProcess().start(), { name: 'AssertionError' });
    await assert.rejects(currentProcess().join(), { name: 'AssertionError' });
    assert.equal(currentProcess().isAlive(), true);
    assert.equal(parentProcess(), null);
  });

  test('a child knows its parent', { not: { coroutine: because.wholeProcess } }, async () => {
    const parent = await inChild(async () => {
      const known = parentProcess();
      await known?.join({ timeout: 1 });
      return [known?.name, known?.pid, known?.isAlive(), known?.exitCode];
    });
    assert.deepEqual(parent, ['MainProcess', process.pid, true, null]);
  });

  test('target must be a function, args an array', () => {
    const made = (options: object) => () => new context.Process(options);
    assert.throws(made({ target: 'print' }), { name: 'TypeError', code: 'ERR_PROCESS_TARGET', message: /"print"/ });
    assert.throws(made({ args: 5 }), { name: 'TypeError', code: 'ERR_PROCESS_ARGS' });
    assert.throws(made({ args: 'text' }), { name: 'TypeError', code: 'ERR_PROCESS_ARGS' });
    assert.throws(made({ args: { length: 1 } }), { name: 'TypeError', code: 'ERR_PROCESS_ARGS' });
  });

  const nothingTravels = 'nothing travels to a process that is forked from this one';
  test(
    'what cannot travel fails at the start, which can be made good and tried again',
    { not: { fork: nothingTravels, coroutine: because.notCopied } },
    async () => {
      const cargo: { timer?: NodeJS.Timeout } = { timer: setTimeout(() => {}, 0) };
      const child = new context.Process({ target: () => Object.keys(cargo) });
      await assert.rejects(child.start(), { name: 'PicklingError', message: /reached through: .*'cargo'.*timer/s });
      assert.equal(child.pid, null);
      assert.equal(child.isAlive(), false);
      assert.deepEqual(context.activeChildren(), []);
      clearTimeout(cargo.timer);
      delete cargo.timer;
      await child.start();
      await child.join();
      assert.equal(child.exitCode, 0);
    },
  );
});
