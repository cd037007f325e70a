/** Messages that are plain bytes. */

import assert from 'node:assert/strict';
import { BufferTooShort, OSError, ValueError } from 'manyfold';
import { poll } from '../../support/descriptors.js';
import { because, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

eachMethod(['forkserver', 'spawn', 'fork', 'thread'], { coroutine: because.oneEnd }, (_method, context, test) => {
  const { Pipe, Process } = context;

  test('connection-001 connection-005 bytes go around as they are, small and large, blocking and awaiting', async () => {
    const [here, there] = Pipe();
    const echo = async () => {
      for (let round = 0; ; round++) {
        const bytes = round % 2 === 0 ? await there.recvBytes() : there.recvBytesSync();
        if (bytes.length === 1) break;
        if (round % 2 === 0) await there.sendBytes(bytes);
        else there.sendBytesSync(bytes);
      }
      there.close();
    };
    const child = new Process({ target: echo });
    await child.start();
    there.close();
    for (const length of [0, 2, 100, 8191, 8192, 8193, 70_000, 2 ** 20 - 8, 2 ** 20, 16 * 2 ** 20]) {
      const bytes = Uint8Array.from({ length }, (_, place) => place % 251);
      await here.sendBytes(bytes);
      assert.ok(Buffer.from(await here.recvBytes()).equals(bytes));
      here.sendBytesSync(bytes);
      assert.ok(Buffer.from(here.recvBytesSync()).equals(bytes));
    }
    await here.sendBytes(new Uint8Array(1));
    await assert.rejects(here.recvBytes(), { name: 'EOFError' });
    await child.join();
    here.close();
  });

  test('connection-009 a part of a buffer, by offset and size', async () => {
    const [here, there] = Pipe();
    const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz');
    for (const [offset, size, wanted] of [
      [5, undefined, 'fghijklmnopqrstuvwxyz'],
      [7, 8, 'hijklmno'],
      [26, undefined, ''],
      [26, 0, ''],
      [0, null, letters.toString()],
    ] as const) {
      await here.sendBytes(letters, offset, size);
      assert.equal(text(await there.recvBytes()), wanted);
      here.sendBytesSync(letters, offset, size);
      assert.equal(text(there.recvBytesSync()), wanted);
    }
    for (const [offset, size] of [[27], [22, 5], [26, 1], [-1], [4, -1], [0.5], [0, Number.NaN]] as [
      number,
      number?,
    ][]) {
      await assert.rejects(here.sendBytes(letters, offset, size), { name: 'ValueError', code: 'ERR_BYTES_RANGE' });
      assert.throws(() => here.sendBytesSync(letters, offset, size), ValueError);
    }
    for (const wrong of ['text', 5, null, undefined, [1, 2]] as never[]) {
      await assert.rejects(here.sendBytes(wrong), { name: 'TypeError', code: 'ERR_BYTES_TYPE' });
    }
    await assert.rejects(here.sendBytes(letters, '1' as never), { code: 'ERR_BYTES_TYPE' });
    assert.equal(await there.poll(), false);
    await here.sendBytes(new Uint16Array([1, 258]), 2);
    assert.deepEqual([...(await there.recvBytes())], [2, 1]);
    await here.sendBytes(new Uint8Array([1, 2, 3]).buffer, 1);
    assert.deepEqual([...(await there.recvBytes())], [2, 3]);
    here.close();
    there.close();
  });

  test('connection-002 connection-003 bytes come into a buffer, from an offset on; too few places lose nothing', async () => {
    const [here, there] = Pipe();
    const numbers = new Int32Array(10);
    const message = Int32Array.of(0, 1, 2, 3);
    await here.sendBytes(message);
    assert.equal(await there.recvBytesInto(numbers), 16);
    assert.deepEqual([...numbers], [0, 1, 2, 3, 0, 0, 0, 0, 0, 0]);
    here.sendBytesSync(message);
    assert.equal(there.recvBytesIntoSync(numbers.fill(0), 12), 16);
    assert.deepEqual([...numbers], [0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
    const long = Buffer.alloc(110, 'x');
    await here.sendBytes(long);
    await assert.rejects(there.recvBytesInto(numbers), (error: BufferTooShort) => {
      assert.ok(error instanceof BufferTooShort);
      assert.equal(error.code, 'ERR_BUFFER_TOO_SHORT');
      assert.ok(long.equals(error.bytes));
      return true;
    });
    here.sendBytesSync(long);
    assert.throws(() => there.recvBytesIntoSync(numbers, 39), { code: 'ERR_BUFFER_TOO_SHORT' });
    assert.deepEqual([...numbers], [0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
    for (const offset of [-1, 41, 1.5])
      await assert.rejects(there.recvBytesInto(numbers, offset), { code: 'ERR_BYTES_RANGE' });
    await assert.rejects(there.recvBytesInto('text' as never), { code: 'ERR_BYTES_TYPE' });
    here.close();
    there.close();
  });

  test('a message longer than the receiver takes is an error, and stays', async () => {
    const [here, there] = Pipe();
    for (const length of [10, 10_000, 2_000_000]) {
      const bytes = new Uint8Array(length).fill(7);
      await here.sendBytes(bytes);
      await assert.rejects(there.recvBytes(length - 1), { name: 'OSError', code: 'ERR_MESSAGE_LENGTH' });
      assert.throws(() => there.recvBytesSync(0), OSError);
      assert.equal(await there.poll(), true);
      assert.equal((await there.recvBytes(length)).length, length);
    }
    await assert.rejects(there.recvBytes(-1), { name: 'ValueError', code: 'ERR_BYTES_RANGE' });
    assert.throws(() => there.recvBytesSync('10' as never), { code: 'ERR_BYTES_TYPE' });
    here.close();
    there.close();
  });

  test('connection-021 connection-022 connection-023 messages are never merged, empty ones count, polling takes nothing', async () => {
    const [here, there] = Pipe();
    const messages = ['hello', '', 'a', 'b', '', '', 'cd'];
    for (const message of messages) await here.sendBytes(Buffer.from(message));
    for (const message of messages) {
      assert.ok((await there.poll()) && there.pollSync() && (await there.poll(1000)));
      assert.equal(text(await there.recvBytes()), message);
    }
    assert.equal(await there.poll(), false);
    here.close();
    there.close();
  });

  test('fileno gives a descriptor that is readable while there is something to receive', async () => {
    const [here, there] = Pipe<number>();
    const fd = there.fileno();
    assert.equal(there.fileno(), fd);
    assert.equal(poll(fd), false);
    for (let round = 0; round < 3; round++) {
      here.sendSync(1);
      here.sendSync(2);
      assert.ok(await until(() => poll(fd)));
      assert.equal(await there.recv(), 1);
      assert.equal(poll(fd), true);
      assert.equal(there.recvSync(), 2);
      assert.equal(poll(fd), false);
    }
    here.close();
    assert.ok(await until(() => poll(fd)));
    await assert.rejects(there.recv(), { name: 'EOFError' });
    there.close();
    assert.throws(() => there.fileno(), { code: 'ERR_CONNECTION_CLOSED' });
  });

  test('an abort ends a wait of a connection, and takes nothing', async () => {
    const [here, there] = Pipe<number>();
    for (const wait of [
      (signal: AbortSignal) => here.recv({ signal }),
      (signal: AbortSignal) => here.recvBytes(undefined, { signal }),
      (signal: AbortSignal) => here.poll(null, { signal }),
    ]) {
      const abort = new AbortController();
      const waiting = wait(abort.signal);
      abort.abort(new Error('enough'));
      await assert.rejects(waiting, { message: 'enough' });
      await assert.rejects(wait(abort.signal), { message: 'enough' });
    }
    await there.send(1);
    assert.equal(await here.recv(), 1);
    for (const wrong of ['1', Number.NaN, {}] as never[])
      await assert.rejects(here.poll(wrong), { name: 'TypeError', code: 'ERR_TIMEOUT_VALUE' });
    here.close();
    there.close();
  });
});
