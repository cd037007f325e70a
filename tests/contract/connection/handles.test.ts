/** Descriptors that travel from one process to another. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import net from 'node:net';
import { once } from 'node:events';
import { test as single } from 'node:test';
import { Event, Pipe as OwnPipe, Queue, SimpleQueue } from 'manyfold';
import { Client, DupFd, Listener, recvHandle, recvHandleSync, sendHandle, sendHandleSync } from 'manyfold/connection';
import { collect } from '../../support/collect.js';
import { because, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

let files = 0;
const newFile = (): string => `${process.env['TMPDIR'] ?? '/tmp'}/manyfold-handle-${process.pid}-${files++}`;

eachMethod(['forkserver', 'spawn', 'fork', 'thread'], { coroutine: because.oneEnd }, (method, context, test) => {
  const { Pipe, Process } = context;

  test('connection-010 a descriptor sent over a pipe is one of the receiver, for the same file', async () => {
    const [here, there] = Pipe<unknown, string>();
    const path = newFile();
    const child = new Process({
      target: async () => {
        for (const receive of [recvHandle, recvHandleSync]) {
          const fd = await receive(there);
          fs.writeSync(fd, 'hello ');
          fs.closeSync(fd);
          await there.send('written');
        }
      },
    });
    await child.start();
    const fd = fs.openSync(path, 'w');
    await sendHandle(here, fd);
    assert.equal(await here.recv(), 'written');
    const file = await open(path, 'a');
    sendHandleSync(here, file);
    await file.close(); // the message has a duplicate
    assert.equal(await here.recv(), 'written');
    await child.join();
    fs.closeSync(fd);
    assert.equal(fs.readFileSync(path, 'utf8'), 'hello hello ');
    fs.rmSync(path);
    here.close();
    there.close();
  });

  test('connection-011 a descriptor with a number beyond 256', async () => {
    const [here, there] = Pipe<unknown, number>();
    const path = newFile();
    const held = Array.from({ length: 300 }, () => fs.openSync('/dev/null', 'r'));
    const fd = fs.openSync(path, 'w');
    assert.ok(fd > 256);
    const child = new Process({
      target: async () => {
        const received = await recvHandle(there);
        fs.writeSync(received, 'far');
        fs.closeSync(received);
      },
    });
    await child.start();
    await sendHandle(here, fd);
    await child.join();
    for (const one of [...held, fd]) fs.closeSync(one);
    assert.equal(fs.readFileSync(path, 'utf8'), 'far');
    fs.rmSync(path);
    here.close();
    there.close();
  });

  test('connection-012 another message where a descriptor is expected', async () => {
    const [here, there] = Pipe();
    const child = new Process({ target: () => there.send('no descriptor') });
    await child.start();
    await assert.rejects(recvHandle(here), { name: 'RuntimeError', code: 'ERR_HANDLE_EXPECTED' });
    await child.join();
    here.close();
    there.close();
  });

  test('a socket is served by another process', async () => {
    const [here, there] = Pipe();
    const child = new Process({
      target: async () => {
        const socket = new net.Socket({ fd: await recvHandle(there) });
        const [text] = (await once(socket, 'data')) as [Buffer];
        socket.end(`you said ${text.toString()}`);
        await once(socket, 'close');
      },
    });
    await child.start();
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      sendHandleSync(here, socket);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    client.write('hello');
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.equal(answer.toString(), 'you said hello');
    client.destroy();
    server.close();
    await child.join();
    here.close();
    there.close();
  });

  test('as an argument, captured by a function, and on through a queue', async () => {
    const path = newFile();
    const fd = fs.openSync(path, 'w');
    const argument = new DupFd(fd);
    const captured = new DupFd(fd);
    const onwards = new SimpleQueue<DupFd>();
    const received = new Event();
    const child = new Process({
      target: async (given: DupFd) => {
        for (const one of [given, captured]) fs.writeSync(one.detach(), `${method} `);
        await onwards.put(new DupFd(1));
        await received.wait(); // what is on its way is taken out of this process
      },
      args: [argument],
    });
    await child.start();
    (await onwards.get()).close();
    received.set();
    await child.join();
    fs.closeSync(fd);
    argument.close();
    captured.close();
    assert.equal(fs.readFileSync(path, 'utf8'), `${method} ${method} `);
    fs.rmSync(path);
  });
});

single('what has no descriptor, and what has none any more', async () => {
  const [here, there] = OwnPipe();
  for (const wrong of ['1', null, undefined, {}, []] as never[]) {
    await assert.rejects(sendHandle(here, wrong), { name: 'TypeError', code: 'ERR_HANDLE_TYPE' });
    assert.throws(() => sendHandleSync(here, wrong), { name: 'TypeError', code: 'ERR_HANDLE_TYPE' });
  }
  const socket = new net.Socket();
  for (const closed of [-1, 0.5, Number.NaN, 100_000, socket]) {
    await assert.rejects(sendHandle(here, closed), { name: 'OSError', code: 'ERR_HANDLE_CLOSED' });
  }
  const copy = new DupFd(0);
  fs.closeSync(copy.detach());
  assert.throws(() => copy.detach(), { name: 'OSError', code: 'ERR_HANDLE_CLOSED' });
  await assert.rejects(here.send(copy), { name: 'OSError', code: 'ERR_HANDLE_CLOSED' });
  assert.equal(await there.poll(), false);
  here.close();
  there.close();
});

const count = (): number => fs.readdirSync('/proc/self/fd').length;
const areClosed = (before: number): Promise<boolean> => until(async () => (await collect(), count() <= before));

single('a descriptor that nobody has detached is closed with what held it', async () => {
  const before = count();
  const [here, there] = OwnPipe();
  for (let i = 0; i < 10; i++) {
    await here.send(new DupFd(0));
    await there.recv();
  }
  assert.ok(await areClosed(before));
  here.close();
  there.close();
});

class Unreadable {
  [Symbol.for('manyfold.handle')](): [string, unknown] {
    return ['a type that nobody knows', 0];
  }
}

/** Sends a descriptor that nobody can receive. */
function lose(): void {
  const queue = new SimpleQueue();
  queue.putSync([new Unreadable(), new DupFd(0)]);
  assert.throws(() => queue.getSync(), { name: 'PicklingError', code: 'ERR_PICKLE_UNKNOWN_HANDLE' });
}

single('a descriptor on its way is closed when nobody can receive it any more', async () => {
  const before = count();
  for (let i = 0; i < 200; i++) new SimpleQueue().putSync(new DupFd(0));
  lose();
  assert.ok(await areClosed(before), `${count() - before} stay`);
});

single('a descriptor on its way stays open for as long as it takes, wherever its message is', async () => {
  // Its sender looks after all of them at a time: when it has closed one, it has looked.
  const look = async () => {
    const before = count();
    lose();
    assert.ok(await areClosed(before));
  };
  const [one, other] = [new SimpleQueue<SimpleQueue<DupFd>>(), new SimpleQueue<SimpleQueue<DupFd>>()];
  // In a queue to which only a message refers, in another one; and written, but not stored for want of room.
  (() => {
    const inner = new SimpleQueue<DupFd>();
    inner.putSync(new DupFd(0));
    one.putSync(inner);
  })();
  const full = new Queue(1);
  full.putSync('first');
  const waiting = full.put(new DupFd(0));
  await collect();
  await look();
  other.putSync(one.getSync());
  await look();
  other.getSync().getSync().close();
  assert.equal(full.getSync(), 'first');
  await waiting;
  await look();
  (full.getSync() as DupFd).close();
});

single('no descriptor leaves the program over a socket', async () => {
  const listener = new Listener(['localhost', 0]);
  const [there, here] = await Promise.all([listener.accept(), Client(listener.address)]);
  await assert.rejects(sendHandle(here, 0), { name: 'PicklingError', code: 'ERR_PICKLE_ABROAD' });
  for (const end of [listener, here, there]) end.close();
});
