/** A process that has no descriptor left takes nobody for dead, wakes whom it calls, and says what it cannot do. */

import assert from 'node:assert/strict';
import { eachMethod } from '../support/methods.js';
import { programFolder, runProgram } from '../support/program.js';

/** What each program begins with. */
const head = (method: string) => `
  import fs from 'node:fs';
  import { activeChildren, Event, getContext, Lock, SimpleQueue } from 'manyfold';
  const { Process } = getContext('${method}');
  const start = async (target, ...args) => {
    const child = new Process({ target, args });
    await child.start();
    return child;
  };
  /** Leaves so many descriptors; gives what closes the others again. */
  const use = (left) => {
    const taken = [];
    try {
      for (;;) taken.push(fs.openSync('/dev/null'));
    } catch {}
    for (let i = 0; i < left; i++) fs.closeSync(taken.pop());
    return () => taken.forEach((fd) => fs.closeSync(fd));
  };
  const outcome = (promise) => promise.then(String, (error) => error.code);
`;

/** Everything that such a program prints. */
async function printed(method: string, main: string): Promise<string> {
  using folder = programFolder({ 'main.mjs': head(method) + main });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { ulimit: '-n 100' });
  return stdout + stderr;
}

const one = { coroutine: 'a coroutine has the descriptors of its process', thread: 'likewise' };

eachMethod(['forkserver', 'spawn', 'fork'], one, (method, _context, test) => {
  test('who holds a lock and lives keeps it', async () => {
    const main = `
      const [lock, held, go] = [new Lock(), new Event(), new Event()];
      const holder = await start(async () => {
        await lock.acquire();
        held.set();
        await go.wait();
        lock.release();
      });
      await held.wait();
      const free = use(0);
      console.log(await outcome(lock.acquire({ timeout: 200 })), lock.acquireSync({ timeout: 200 }));
      free();
      go.set();
      await holder.join();
      console.log(holder.exitCode, lock.acquireSync());
    `;
    assert.equal(await printed(method, main), 'false false\n0 true\n');
  });

  for (const how of ['acquire', 'acquireSync']) {
    test(`the death of who holds a lock is seen (${how})`, async () => {
      const main = `
        const [lock, held] = [new Lock(), new Event()];
        const holder = await start(async () => {
          await lock.acquire();
          held.set();
          await new Promise((resolve) => setTimeout(resolve, 60_000));
        });
        await held.wait();
        const free = use(0);
        process.kill(holder.pid, 'SIGKILL');
        console.log(await outcome((async () => lock.${how}())()));
        free();
        await holder.join();
        console.log(holder.exitCode, lock.acquireSync());
      `;
      assert.equal(await printed(method, main), 'ERR_OWNER_DIED\n-9 true\n');
    });
  }

  test('who awaits something is woken', async () => {
    const main = `
      const [ready, event] = [new Event(), new Event()];
      const waiter = await start(async () => {
        ready.set();
        process.exitCode = (await event.wait({ timeout: 20_000 })) ? 7 : 8;
      });
      await ready.wait();
      const free = use(0);
      event.set();
      await waiter.join();
      free();
      console.log(waiter.exitCode);
    `;
    assert.equal(await printed(method, main), '7\n');
  });

  test('what cannot begin to be awaited is an error, and nothing is left of it', async () => {
    const main = `
      const lock = new Lock();
      lock.acquireSync();
      const free = use(0);
      console.log(await outcome(lock.acquire()), lock.acquireSync({ timeout: 10 }));
      free();
      lock.release();
      console.log(await lock.acquire({ timeout: 1000 }));
    `;
    assert.equal(await printed(method, main), 'ERR_SYSTEM_CALL false\ntrue\n');
  });

  test('a descriptor that is received is an error, and the copy that was on its way is closed', async () => {
    const main = `
      const { DupFd } = await import('manyfold/connection');
      await (await start(() => {})).join();
      const handles = new SimpleQueue();
      const [known, handle] = [1, 2].map(() => new DupFd(fs.openSync('/dev/null')));
      const count = () => fs.readdirSync('/proc/self/fd').length;
      const before = count();
      handles.putSync(known);
      handles.putSync(handle);
      const receiver = await start(async () => {
        handles.getSync(); // loads what receives them
        const free = use(0);
        const code = await outcome((async () => handles.getSync())());
        free();
        console.log(code);
      });
      await receiver.join();
      while (count() > before) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log(receiver.exitCode);
    `;
    assert.equal(await printed(method, main), 'ERR_SYSTEM_CALL\n0\n');
  });

  const errors = ['EMFILE', 'ERR_SYSTEM_CALL', 'ERR_SPAWN_FAILED', 'ERR_FORK_SERVER'];

  /** Tries `attempts`: with how many descriptors each, and whether it is the program's first start. */
  const tryStarts = async (attempts: readonly number[], isFirst: boolean): Promise<string[]> => {
    const main = `
      const runs = process.argv[1] + '.runs';
      fs.writeFileSync(runs, '');
      const target = (path) => fs.appendFileSync(path, '.');
      const run = async () => {
        const child = await start(target, runs);
        await child.join();
        return child.exitCode;
      };
      new SimpleQueue().putSync(target); // loads what reads functions
      if (!${isFirst}) await run();
      for (const left of process.argv.slice(2)) {
        const before = fs.statSync(runs).size;
        const free = use(Number(left));
        const result = await outcome(run());
        free();
        console.log(result, fs.statSync(runs).size - before, activeChildren().length);
      }
      console.log(await run());
    `;
    using folder = programFolder({ 'main.mjs': head(method) + main });
    const { stdout, stderr } = await runProgram(folder.file('main.mjs'), {
      ulimit: '-n 100',
      args: attempts.map(String),
    });
    const lines = stdout.split('\n');
    assert.deepEqual(lines.splice(attempts.length), ['0', ''], stderr);
    for (const line of lines) {
      const isError = errors.some((code) => line === `${code} 0 0`);
      assert.ok(isError || line === '0 1 0', stdout);
    }
    return lines;
  };

  test('a first start runs its target, or is an error and runs nothing', async () => {
    const lines: string[] = [];
    for (const left of [0, 1, 2, 3, 4, 5, 6, 8]) lines.push(...(await tryStarts([left], true)));
    assert.ok(lines.some((line) => line !== '0 1 0'));
  });

  test('a later start runs its target, or is an error and runs nothing', async () => {
    const lines = await tryStarts([0, 1, 2, 3, 4, 5], false);
    // Who stands by at the fork server needs no descriptor of its creator's.
    assert.equal(
      lines.some((line) => line !== '0 1 0'),
      method !== 'forkserver',
    );
  });
});
