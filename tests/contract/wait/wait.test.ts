/** Waiting for many things at once. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { wait, waitSync, type Connection } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { JoinableQueue, Pipe, Process, Queue, SimpleQueue } = context;

  /** Children that each send ten numbers, slowly or not, and end. */
  const senders = async (slowly: boolean) => {
    const readers: Connection<unknown, [sender: number, item: number]>[] = [];
    const children = [];
    for (let sender = 0; sender < 4; sender++) {
      const [reader, writer] = Pipe<unknown, [number, number]>(false);
      const send = async () => {
        for (let item = 0; item < 10; item++) {
          if (slowly) await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
          await writer.send([sender, item]);
        }
        writer.close();
      };
      const child = new Process({ target: send });
      await child.start();
      if (method !== 'coroutine') writer.close(); // there the child has the very same end
      readers.push(reader);
      children.push(child);
    }
    return { readers, children };
  };

  for (const how of mayBlock ? (['awaiting', 'blocking'] as const) : (['awaiting'] as const)) {
    for (const slowly of [false, true]) {
      const ids = slowly ? 'wait-003' : 'wait-001';
      test(`${ids} all messages of four pipes come, and the end of each, ${how}`, async () => {
        const { readers, children } = await senders(slowly);
        const got: string[] = [];
        for (let open = readers; open.length > 0;) {
          for (const reader of how === 'awaiting' ? await wait(open) : waitSync(open)) {
            try {
              const [sender, item] = reader.recvSync();
              got.push(`${sender}${item}`);
            } catch (error) {
              assert.equal((error as Error).name, 'EOFError');
              reader.close();
              open = open.filter((other) => other !== reader);
            }
          }
        }
        for (const child of children) await child.join();
        assert.deepEqual(
          got.toSorted(),
          Array.from({ length: 40 }, (_, item) => String(item).padStart(2, '0')),
        );
      });
    }
  }

  test('wait-004 wait-006 a timeout gives an empty list; what is ready comes in the order of the list', async () => {
    const [[a, toA], [b, toB]] = [Pipe<string>(), Pipe<string>()];
    for (const timeout of [100, 0, -1]) {
      const start = performance.now();
      assert.deepEqual(await wait([a, b], timeout), []);
      assert.deepEqual(waitSync([a, b], timeout), []);
      const took = performance.now() - start;
      assert.ok(took >= 2 * timeout - 1 && took < 30_000, `${took} ms`);
    }
    const waiting = wait([a, b], 60_000);
    toA.sendSync('hello');
    assert.deepEqual(await waiting, [a]);
    assert.deepEqual(waitSync([a, b], 60_000), [a]);
    toB.sendSync('hello');
    assert.deepEqual(await wait([b, a]), [b, a]);
    assert.deepEqual(await wait([] as never[], 0), []);
    assert.equal(a.recvSync(), 'hello');
    assert.deepEqual(waitSync([a, b]), [b]);
    for (const end of [a, b, toA, toB]) end.close();
  });

  test('wait-002 sockets: what has come, and their end', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket)).listen(0);
    await until(() => server.listening);
    const { port } = server.address() as net.AddressInfo;
    const clients = [0, 1].map(() => net.connect(port));
    assert.ok(await until(() => sockets.length === 2));
    assert.deepEqual(await wait(sockets, 20), []);
    assert.deepEqual(waitSync(sockets, 20), []);
    const waiting = wait(sockets);
    clients[1]!.write('hello');
    const [ready] = await waiting;
    assert.equal(
      ready,
      sockets.find((socket) => socket.remotePort === clients[1]!.localPort),
    );
    assert.deepEqual(waitSync(sockets), [ready]);
    assert.equal(String(await new Promise((resolve) => ready!.once('data', resolve).resume())), 'hello');
    for (const client of clients) client.destroy();
    assert.ok(await until(async () => (await wait(sockets)).length === 2));
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  test(
    'sentinels of processes, blocking and awaiting, together with queues and pipes',
    {
      not: {
        thread: 'a thread has no descriptor that could be waited for',
        coroutine: 'a coroutine has no descriptor that could be waited for',
      },
    },
    async () => {
      const go = new Queue<number>();
      const [reader, writer] = Pipe<number>(false);
      const children = [0, 1].map(() => new Process({ target: () => go.get() }));
      for (const child of children) await child.start();
      const sentinels = children.map(({ sentinel }) => sentinel);
      const queue = new SimpleQueue<string>();
      const all = [...sentinels, queue, reader];
      assert.deepEqual(await wait(all, 20), []);
      await go.put(1);
      const [first] = await wait(all);
      assert.ok(sentinels.includes(first as number));
      const others = all.filter((other) => other !== first);
      await go.put(2);
      const [second] = waitSync(others);
      assert.ok(sentinels.includes(second as number) && second !== first);
      queue.putSync('item');
      assert.deepEqual(waitSync([queue, reader]), [queue]);
      await writer.send(1);
      assert.deepEqual(await wait([...sentinels, queue, reader]), [...sentinels, queue, reader]);
      for (const child of children) {
        await child.join();
        child.close();
      }
      reader.close();
      writer.close();
    },
  );

  test('queues of each kind are ready while they hold an item; whoever waits takes nothing away from the others', async () => {
    for (const Kind of [Queue, SimpleQueue, JoinableQueue]) {
      const queue = new Kind<number>();
      const answers = new Queue<number>();
      const child = new Process({ target: async () => answers.put(await queue.get()) });
      await child.start();
      // This one stands first in the line, and only looks; the child's `get` is to have the item.
      const waiting = wait([queue], 300);
      await queue.put(7);
      assert.equal(await answers.get({ timeout: 10_000 }), 7);
      await waiting;
      await child.join();
      await queue.put(8);
      assert.deepEqual(await wait([queue]), [queue]);
      assert.deepEqual(waitSync([queue]), [queue]);
    }
  });

  test('other descriptors: numbers, files and what has a fileno', async () => {
    const [reader, writer] = Pipe<number>(false);
    const file = fs.openSync('/dev/null', 'r');
    const silent = fs.openSync('/proc/self/stat', 'r');
    const named = { fileno: () => reader.fileno() };
    assert.deepEqual(await wait([named], 20), []);
    const waiting = wait([named]);
    await writer.send(1);
    assert.deepEqual(await waiting, [named]);
    assert.deepEqual(await wait([file]), [file]);
    assert.deepEqual(waitSync([{ fd: silent }]).length, 1);
    fs.closeSync(file);
    fs.closeSync(silent);
    reader.close();
    writer.close();
  });

  test('connection-039 what cannot be waited for is refused, by name', async () => {
    for (const wrong of ['fd', -1, 1.5, null, undefined, {}, { fileno: () => 'x' }] as never[]) {
      await assert.rejects(wait([wrong]), { name: 'TypeError', code: 'ERR_WAIT_OBJECT' });
      assert.throws(() => waitSync([wrong]), { code: 'ERR_WAIT_OBJECT' });
    }
    await assert.rejects(wait([1_000_000], 10), { name: 'OSError', code: 'ERR_BAD_DESCRIPTOR' });
    assert.throws(() => waitSync([1_000_000], 10), { code: 'ERR_BAD_DESCRIPTOR' });
    for (const timeout of ['1', Number.NaN, {}] as never[])
      await assert.rejects(wait([], timeout), { name: 'TypeError', code: 'ERR_TIMEOUT_VALUE' });
    const [reader, writer] = Pipe<number>(false);
    await assert.rejects(wait([writer]), { code: 'ERR_CONNECTION_WRITE_ONLY' });
    const waiting = [wait([reader]), wait([reader], 60_000)];
    reader.close();
    for (const one of waiting) await assert.rejects(one, { code: 'ERR_CONNECTION_CLOSED' });
    await assert.rejects(wait([reader]), { code: 'ERR_CONNECTION_CLOSED' });
    writer.close();
  });

  test('an abort ends a wait for many', async () => {
    const [reader, writer] = Pipe<number>(false);
    const abort = new AbortController();
    const waiting = wait([reader], null, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, { message: 'enough' });
    await assert.rejects(wait([reader], 0, { signal: abort.signal }), { message: 'enough' });
    reader.close();
    writer.close();
  });
});
