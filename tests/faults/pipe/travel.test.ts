/** Ends of pipes that are on their way, and those who should have got them. */

import assert from 'node:assert/strict';
import { EOFError, Full, type Connection } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { promptly } from '../../support/time.js';

eachMethod(['forkserver', 'spawn'], (method, context, test) => {
  const { Pipe, Process, Queue } = context;

  test('a receiver that dies before it has unpacked an end: the other end sees the end', async () => {
    const [here, there] = Pipe<number>();
    const [mine, yours] = Pipe<Connection<number>>();
    const ready = new Queue<number>();
    const child = new Process({
      target: async () => {
        if (!yours.readable) return;
        await ready.put(1);
        await new Promise(() => setInterval(() => {}, 1000));
      },
    });
    await child.start();
    yours.close();
    await ready.get();
    await mine.send(there);
    there.close();
    assert.equal(await here.poll(100), false); // it is on its way: somebody could still get it
    child.kill();
    await child.join();
    mine.close();
    await assert.rejects(here.recv(), EOFError);
    here.close();
  });

  test(
    'an end in an item that was refused is not on its way',
    promptly(async (soon) => {
      const [here, there] = Pipe<number>();
      const queue = new Queue<unknown>(1);
      await queue.put('full');
      assert.throws(() => queue.putNowait(there), Full);
      await assert.rejects(queue.put([there], { timeout: 20 }), Full);
      const abort = new AbortController();
      const putting = queue.put({ there }, { signal: abort.signal });
      abort.abort(new Error('enough'));
      await assert.rejects(putting, { message: 'enough' });
      there.close();
      await soon(() => assert.rejects(here.recv(), EOFError));
      assert.throws(() => here.recvSync(), EOFError);
      here.close();
    }),
  );

  test('an end that waits for room in a queue is held, though its sender has closed its own', async () => {
    const [here, there] = Pipe<string>();
    const queue = new Queue<Connection<string> | string>(1);
    await queue.put('full');
    const putting = queue.put(there);
    there.close();
    assert.equal(await here.poll(100), false);
    assert.equal(await queue.get(), 'full');
    await putting;
    const arrived = (await queue.get()) as Connection<string>;
    await arrived.send('still here');
    assert.equal(await here.recv(), 'still here');
    arrived.close();
    await assert.rejects(here.recv(), EOFError);
    here.close();
  });

  test('more processes hold an end than one block names, and each of them counts', async () => {
    const [here, there] = Pipe<number>();
    const leave = new Queue<number>();
    const count = method === 'spawn' ? 3 : 14;
    const children = Array.from({ length: count }, (_, number) => {
      const target = async () => {
        await there.send(number);
        await leave.get();
      };
      return new Process({ target });
    });
    for (const child of children) await child.start();
    there.close();
    const got: number[] = [];
    for (const _ of children) got.push(await here.recv());
    assert.equal(new Set(got).size, count);
    for (const _ of children.slice(1)) await leave.put(1);
    assert.equal(await here.poll(50), false);
    await leave.put(1);
    await assert.rejects(here.recv(), EOFError);
    for (const child of children) await child.join();
    here.close();
  });
});
