/** What a process that is forked from the calling one has of it, and what is dead in it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer, get } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { activeChildren, Inherited, parentProcess, type Process } from 'manyfold';
import { fillProcessTable, noFullMachine } from '../../support/full-machine.js';
import { eachMethod } from '../../support/methods.js';
import { openDescriptors } from '../../support/processes.js';
import { programFolder } from '../../support/program.js';
import { until } from '../../support/wait.js';

const home = process.pid;
const isChild = (): boolean => process.pid !== home;

/** Whoever calls it in a child that it was not meant for is written down. */
class Witness implements Disposable {
  readonly #folder = programFolder({});
  readonly path = this.#folder.file('seen');

  seen(what: string): void {
    if (isChild()) fs.appendFileSync(this.path, `${what}\n`);
  }

  get told(): string {
    return fs.existsSync(this.path) ? fs.readFileSync(this.path, 'utf8') : '';
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

async function fetchText(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return response.text();
}

eachMethod(['fork'], (_method, context, test) => {
  const outcome = async (child: Process): Promise<number | null> => {
    await child.start();
    await child.join();
    return child.exitCode;
  };

  test('the heap of the parent is there as it was, and what the child does to it stays in the child', async () => {
    const big = new Map(Array.from({ length: 100_000 }, (_, i) => [i, { i }]));
    const queue = new context.Queue<number>();
    const target = () => {
      let sum = 0;
      for (const { i } of big.values()) sum += i;
      big.clear();
      queue.putSync(sum);
    };
    assert.equal(await outcome(new context.Process({ target })), 0);
    assert.equal(await queue.get(), 4_999_950_000);
    assert.equal(big.size, 100_000);
  });

  test('what cannot travel need not: a child may use any object of its parent', async () => {
    const hidden = new WeakMap<object, string>();
    const key = {};
    hidden.set(key, 'found');
    const symbol = Symbol('only here');
    const queue = new context.Queue<unknown>();
    const target = (given: symbol) => queue.putSync([hidden.get(key), given === symbol]);
    assert.equal(await outcome(new context.Process({ target, args: [symbol] })), 0);
    assert.deepEqual(await queue.get(), ['found', true]);
  });

  test('timers, immediates, callbacks and awaits of the parent do not go on in the child', async () => {
    using witness = new Witness();
    const controller = AbortSignal.timeout(30);
    controller.addEventListener('abort', () => witness.seen('abort signal'));
    const interval = setInterval(() => witness.seen('interval'), 1);
    setTimeout(() => witness.seen('timeout'), 10);
    setImmediate(() => witness.seen('immediate'));
    const later = async () => {
      await sleep(20);
      witness.seen('await');
    };
    const awaiting = [later(), fs.promises.stat('/').then(() => witness.seen('stat'))];
    fs.readFile('/proc/self/stat', () => witness.seen('read'));
    process.nextTick(() => witness.seen('tick'));
    const child = new context.Process({ target: () => sleep(100) });
    const started = child.start();
    setImmediate(() => witness.seen('immediate behind'));
    setImmediate(() => setImmediate(() => witness.seen('immediate of an immediate')));
    await started;
    await child.join();
    clearInterval(interval);
    await Promise.all(awaiting);
    assert.equal(child.exitCode, 0);
    assert.equal(witness.told, '');
  });

  test('listeners of the parent for signals, its exit and its errors are not the child’s', async () => {
    using witness = new Witness();
    const events = ['SIGUSR2', 'exit', 'beforeExit', 'uncaughtExceptionMonitor', 'unhandledRejection', 'message'];
    const listeners = events.map((event) => [event, () => witness.seen(event)] as const);
    for (const [event, listener] of listeners) process.on(event, listener);
    try {
      const queue = new context.Queue<number>();
      const target = async () => {
        process.on('exit', () => queue.putSync(process.listenerCount('exit')));
        void Promise.reject(new Error('expected here'));
        await sleep(1000);
      };
      assert.equal(await outcome(new context.Process({ target })), 1);
      assert.ok((await queue.get()) > 0);
      // The signal ends it, as one that it has said nothing about.
      const sleeper = new context.Process({ target: () => sleep(60_000) });
      await sleeper.start();
      process.kill(sleeper.pid!, 'SIGUSR2');
      await sleeper.join();
      assert.ok(sleeper.exitCode! < 0);
      // And a child can say something about it itself.
      const handler = async () => {
        const heard = once(process, 'SIGUSR2');
        queue.putSync(1);
        await Promise.race([heard, sleep(60_000)]);
        process.exit(9);
      };
      const handling = new context.Process({ target: handler });
      await handling.start();
      await queue.get();
      process.kill(handling.pid!, 'SIGUSR2');
      await handling.join();
      assert.equal(handling.exitCode, 9);
    } finally {
      for (const [event, listener] of listeners) process.off(event, listener);
    }
    assert.equal(witness.told, '');
  });

  test('servers, sockets, watchers and children of the parent go on in the parent alone', async () => {
    using witness = new Witness();
    using folder = programFolder({});
    const server = createServer((_request, response) => response.end(isChild() ? 'child' : 'parent'));
    server.on('connection', () => witness.seen('connection')).on('close', () => witness.seen('close'));
    const raw = net.createServer((socket) => void socket.on('data', (bytes) => socket.write(bytes)));
    const watcher = fs.watch(folder.path, () => witness.seen('watch'));
    const changes: string[] = [];
    watcher.on('change', (_kind, name) => changes.push(String(name)));
    await Promise.all([once(server.listen(0), 'listening'), once(raw.listen(0), 'listening')]);
    const client = net.connect((raw.address() as AddressInfo).port);
    client.on('data', () => witness.seen('data')).on('close', () => witness.seen('socket closed'));
    await once(client, 'connect');
    const program = spawn('sleep', ['0.2']).on('exit', () => witness.seen('exit of a program'));
    const ended = once(program, 'exit');
    const { port } = server.address() as AddressInfo;
    await fetchText(port); // leaves a connection open for the next one
    try {
      const queue = new context.Queue<string>();
      const target = async () => {
        fs.writeFileSync(join(folder.path, 'by the child'), '');
        await queue.put(await fetchText(port));
        const agent = get({ port });
        const [response] = (await once(agent, 'response')) as [{ statusCode: number; resume(): void }];
        response.resume();
        await queue.put(String(response.statusCode));
        await sleep(300);
      };
      const child = new context.Process({ target });
      await child.start();
      for (let i = 0; i < 20; i++) {
        client.write('x');
        await once(client, 'data');
        assert.equal(await fetchText(port), 'parent');
      }
      await ended;
      await child.join();
      assert.equal(child.exitCode, 0);
      assert.deepEqual([await queue.get(), await queue.get()], ['parent', '200']);
      assert.ok(await until(() => changes.includes('by the child')));
    } finally {
      watcher.close();
      client.destroy();
      raw.close();
      server.close();
      server.closeAllConnections();
    }
    assert.equal(witness.told, '');
  });

  test('a child that uses a server, a socket or a watcher of its parent harms nobody', async () => {
    const server = net.createServer((socket) => void socket.on('data', (bytes) => socket.write(bytes)));
    await once(server.listen(0), 'listening');
    const client = net.connect((server.address() as AddressInfo).port);
    await once(client, 'connect');
    const watcher = fs.watch('/');
    const timer = setTimeout(() => {}, 60_000);
    const program = spawn('sleep', ['60']);
    try {
      const target = async () => {
        client.on('error', () => {});
        client.write('from the child');
        client.destroy();
        server.close();
        server.unref();
        watcher.close();
        clearTimeout(timer);
        timer.refresh();
        program.unref();
        program.stdout?.destroy();
        await sleep(50);
      };
      assert.equal(await outcome(new context.Process({ target })), 0);
      client.write('from the parent');
      const [answer] = (await once(client, 'data')) as [Buffer];
      assert.equal(answer.toString(), 'from the parent');
    } finally {
      program.kill();
      await once(program, 'exit');
      clearTimeout(timer);
      watcher.close();
      client.destroy();
      server.close();
    }
  });

  test('a child has random numbers of its own', async () => {
    randomUUID();
    randomInt(2 ** 40);
    const queue = new context.Queue<unknown[]>();
    const target = () => queue.put([Math.random(), randomUUID(), randomInt(2 ** 40)]);
    const children = Array.from({ length: 3 }, () => new context.Process({ target }));
    for (const child of children) await child.start();
    for (const child of children) await child.join();
    const drawn = [[Math.random(), randomUUID(), randomInt(2 ** 40)]];
    for (let i = 0; i < children.length; i++) drawn.push((await queue.get()) as never);
    for (const kind of [0, 1, 2]) assert.equal(new Set(drawn.map((numbers) => numbers[kind])).size, drawn.length);
  });

  test('a lock that the parent holds is not held by the child', async () => {
    const lock = new context.Lock();
    const queue = new context.Queue<boolean>();
    const target = () => queue.putSync(lock.acquireSync({ timeout: 50 }));
    {
      using _held = await lock.hold();
      assert.equal(await outcome(new context.Process({ target })), 0);
      assert.equal(await queue.get(), false);
    }
    assert.equal(await outcome(new context.Process({ target: () => lock.acquireSync() })), 0);
  });

  test('a pool of the parent is of no use in the child', async () => {
    await using pool = new context.Pool(1);
    assert.equal(await pool.apply(() => 1), 1);
    const queue = new context.Queue<unknown>();
    const target = async () => {
      const uses: (() => unknown)[] = [() => pool.apply(() => 2), () => pool.map(String, []), () => pool.terminate()];
      for (const use of uses) {
        try {
          await use();
          queue.putSync('no error');
        } catch (error) {
          queue.putSync((error as { code: string }).code);
        }
      }
    };
    assert.equal(await outcome(new context.Process({ target })), 0);
    for (let i = 0; i < 3; i++) assert.equal(await queue.get(), 'ERR_POOL_FOREIGN');
    assert.equal(await pool.apply(() => 3), 3);
  });

  test('an Inherited value is not sent: a child has its own, as it was at the fork', async () => {
    const table = new Inherited(new Map([['a', 1]]));
    await using pool = new context.Pool(2);
    const look = (key: string) => table.value.get(key);
    assert.equal(await pool.apply(look, ['a']), 1);
    table.value.set('a', 2).set('b', 3);
    assert.deepEqual(await pool.map(look, ['a', 'b']), [1, undefined]);
    assert.equal(await pool.apply((given: typeof table) => given.value.size, [table]), 1);
    assert.equal(await pool.apply(() => table), table);
    const late = new Inherited('made behind the fork');
    await assert.rejects(
      pool.apply(() => late.value),
      { name: 'PicklingError', code: 'ERR_NOT_INHERITED' },
    );
  });

  test('process-047 a child can look at its parent’s other children, and end them, but not join them', async () => {
    const other = new context.Process({ target: () => sleep(60_000) });
    await other.start();
    const queue = new context.Queue<unknown[]>();
    const target = async () => {
      const refusal = await other.join().catch((error: Error) => error.message);
      let alive = '';
      try {
        other.isAlive();
      } catch (error) {
        alive = (error as Error).message;
      }
      queue.putSync([refusal, alive, other.exitCode, context.activeChildren().length, parentProcess()?.pid]);
      other.terminate();
    };
    assert.equal(await outcome(new context.Process({ target })), 0);
    await other.join();
    assert.equal(other.exitCode, -15);
    const expected = ['can only join a child process', 'can only test a child process', null, 0, process.pid];
    assert.deepEqual(await queue.get(), expected);
  });

  test('an instance that a child sends is one of the class that it has inherited', async () => {
    class Point {
      readonly x = 1;
    }
    const queue = new context.Queue<Point>();
    assert.equal(await outcome(new context.Process({ target: () => queue.put(new Point()) })), 0);
    assert.ok((await queue.get()) instanceof Point);
  });

  test('a worker thread of a child ends, whatever V8 was about when its parent forked', async () => {
    const runWorker = () => once(new Worker('1 + 1', { eval: true }), 'exit');
    for (let round = 0; round < 20; round++) {
      // Collections hand work to V8's threads: those of this program, and the one that makes room for a child.
      Array.from({ length: 20_000 * (round % 8) }, (_, number) => ({ number }));
      const child = new context.Process({ target: runWorker });
      await child.start();
      await child.join({ timeout: 20_000 });
      const { exitCode } = child;
      if (exitCode === null) child.kill();
      await child.join();
      assert.equal(exitCode, 0, `round ${round}`);
    }
  });

  test('a fork that the kernel refuses is an error, and nothing is left of it', { skip: noFullMachine }, async () => {
    const refused = { name: 'OSError', code: 'ERR_FORK_FAILED', message: 'fork failed: EAGAIN' };
    const target = async (): Promise<void> => {
      const child = new context.Process({ target: () => {} });
      const before = openDescriptors().length;
      fillProcessTable();
      await assert.rejects(child.start(), refused);
      await assert.rejects(child.start(), refused);
      assert.deepEqual([child.pid, activeChildren(), openDescriptors().length], [null, [], before + 2]); // its own bell
    };
    assert.equal(await outcome(new context.Process({ target })), 0);
  });

  test('children of children of children are forked as well', async () => {
    const queue = new context.Queue<number[]>();
    const descend = async (depth: number, above: number[]): Promise<void> => {
      await queue.put(above);
      if (depth === 0) return;
      const child = new context.Process({ target: descend, args: [depth - 1, [...above, process.ppid]] });
      await child.start();
      await child.join();
      if (child.exitCode !== 0) throw new Error('a grandchild failed');
    };
    assert.equal(await outcome(new context.Process({ target: descend, args: [3, []] })), 0);
    for (let depth = 0; depth <= 3; depth++) assert.equal((await queue.get()).length, depth);
  });

  test('children that are started together are there together', async () => {
    const queue = new context.Queue<number>();
    const target = async (number: number) => {
      await sleep(5);
      await queue.put(number);
    };
    const children = Array.from({ length: 8 }, (_, i) => new context.Process({ target, args: [i] }));
    await Promise.all(children.map((child) => child.start()));
    await Promise.all(children.map((child) => child.join()));
    assert.deepEqual(
      children.map((child) => child.exitCode),
      children.map(() => 0),
    );
    assert.equal(queue.qsize(), 8);
  });

  test('joinSync wakes up at the end of a child, and not some time later', async () => {
    const child = new context.Process({ target: () => sleep(20) });
    await child.start();
    child.joinSync();
    assert.equal(child.exitCode, 0);
    const endless = new context.Process({ target: () => sleep(60_000) });
    await endless.start();
    endless.joinSync({ timeout: 20 });
    assert.equal(endless.exitCode, null);
    endless.kill();
    await endless.join();
  });
});
