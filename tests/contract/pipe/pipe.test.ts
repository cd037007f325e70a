import assert from 'node:assert/strict';
import { EOFError, OSError, PicklingError, type Connection } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';
import { promptly } from '../../support/time.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread'], { coroutine: because.oneEnd }, (_method, context, test) => {
  const { Pipe, Process } = context;

  test('connection-001 connection-005 messages go around, small and large, blocking and awaiting', async () => {
    const [here, there] = Pipe<unknown, unknown>();
    using held = here;
    assert.equal(held, here);
    const echo = async () => {
      for (let round = 0; ; round++) {
        const message = round % 2 === 0 ? await there.recv() : there.recvSync();
        if (message === 'end') break;
        if (round % 2 === 0) await there.send(message);
        else there.sendSync(message);
      }
      there.close();
    };
    const process = new Process({ target: echo });
    await process.start();
    there.close();
    for (const message of [[1, 2.25, null], '', { a: new Map([[1, new Set('b')]]) }, new Uint8Array(0), undefined]) {
      await here.send(message);
      assert.deepEqual(await here.recv(), message);
      here.sendSync(message);
      assert.deepEqual(here.recvSync(), message);
    }
    const large = Uint8Array.from({ length: 16 * 2 ** 20 + 1 }, (_, place) => place % 253);
    await here.send(large);
    assert.ok(Buffer.from((await here.recv()) as Uint8Array).equals(large));
    await here.send('end');
    await assert.rejects(here.recv(), EOFError);
    await process.join();
  });

  test('connection-007 a one-way pipe: the first end receives, the second sends', async () => {
    const [reader, writer] = Pipe<string>(false);
    assert.deepEqual([reader.readable, reader.writable, writer.readable, writer.writable], [true, false, false, true]);
    await writer.send('one');
    assert.equal(await reader.recv(), 'one');
    await assert.rejects(reader.send('no'), { code: 'ERR_CONNECTION_READ_ONLY' });
    await assert.rejects(writer.recv(), { code: 'ERR_CONNECTION_WRITE_ONLY' });
    await assert.rejects(writer.poll(), OSError);
    reader.close();
    writer.close();
  });

  test('connection-004 connection-018 connection-020 connection-022 poll says whether recv would wait', async () => {
    const [here, there] = Pipe<string>();
    assert.equal(await here.poll(), false);
    assert.equal(here.pollSync(-1), false);
    const start = performance.now();
    assert.equal(await here.poll(60), false);
    assert.equal(here.pollSync(60), false);
    assert.ok(performance.now() - start >= 119);
    const waiting = here.poll(60_000);
    await there.send('');
    assert.equal(await waiting, true);
    assert.ok((await here.poll()) && here.pollSync(1000));
    assert.equal(await here.recv(), '');
    assert.equal(await here.poll(), false);
    there.close();
    assert.ok((await here.poll()) && here.pollSync());
    await assert.rejects(here.recv(), EOFError);
    here.close();
  });

  test('connection-006 what was sent before the other end closed comes, then EOF', async () => {
    const [here, there] = Pipe<number>();
    there.sendSync(1);
    there.sendSync(2);
    there.close();
    assert.equal(await here.recv(), 1);
    assert.equal(here.recvSync(), 2);
    await assert.rejects(here.recv(), { name: 'EOFError', code: 'ERR_EOF' });
    assert.throws(() => here.recvSync(), EOFError);
    here.close();
  });

  test('connection-015 sending to an end that nobody holds is a broken pipe', async () => {
    const [here, there] = Pipe<number>();
    there.close();
    await assert.rejects(here.send(1), { code: 'ERR_BROKEN_PIPE' });
    assert.throws(() => here.sendSync(1), { code: 'ERR_BROKEN_PIPE' });
    here.close();
  });

  test('connection-013 connection-014 a closed end refuses everything, and closes twice', async () => {
    const [here, there] = Pipe<number>();
    {
      using inner = here;
      assert.equal(inner.closed, false);
    }
    here.close();
    assert.equal(here.closed, true);
    const closed = { message: 'handle is closed', code: 'ERR_CONNECTION_CLOSED' };
    await assert.rejects(here.recv(), closed);
    await assert.rejects(here.send(1), closed);
    await assert.rejects(here.poll(), closed);
    assert.throws(() => here.recvSync(), closed);
    there.close();
  });

  test('a wait ends when its own end is closed', async () => {
    const [here, there] = Pipe<number>();
    const waits = [here.recv(), here.poll(60_000)];
    here.close();
    for (const wait of waits) await assert.rejects(wait, { code: 'ERR_CONNECTION_CLOSED' });
    there.close();
  });

  for (const blocking of [false, true]) {
    test(
      `EOF and a broken pipe when the process that held the other end is killed (${blocking ? 'blocking' : 'awaiting'})`,
      promptly(async (soon) => {
        const [here, there] = Pipe<number>();
        const child = new Process({
          target: async () => {
            await there.send(1);
            await new Promise(() => setInterval(() => {}, 1000));
          },
        });
        await child.start();
        there.close();
        assert.equal(await here.recv(), 1);
        child.kill();
        await soon(() => {
          if (blocking) return assert.throws(() => here.recvSync(), EOFError);
          return assert.rejects(here.recv(), EOFError);
        });
        await child.join();
        await assert.rejects(here.send(2), { code: 'ERR_BROKEN_PIPE' });
        here.close();
      }),
    );
  }

  test('connection-008 the parent may close the child’s end right after the start', async () => {
    const [here, there] = Pipe<number, number>();
    const child = new Process({ target: async () => there.send((await there.recv()) + 1) });
    await child.start();
    there.close();
    await here.send(1);
    assert.equal(await here.recv(), 2);
    await child.join();
    here.close();
  });

  test('connection-019 connection-032 an end travels through another connection, and works when the sender has closed its own', async () => {
    const [here, there] = Pipe<Connection<string, string>, string>();
    const [mine, yours] = Pipe<string, string>();
    const child = new Process({
      target: async () => {
        using given = await there.recv();
        await given.send(`got ${await given.recv()}`);
      },
    });
    await child.start();
    await here.send(yours);
    yours.close();
    await mine.send('it');
    assert.equal(await mine.recv(), 'got it');
    await child.join();
    await assert.rejects(mine.recv(), EOFError);
    for (const end of [here, there, mine]) end.close();
  });

  test('an end that a process holds twice is held until both are closed', async () => {
    const [here, there] = Pipe<string, string>();
    const [carry, arrive] = Pipe<Connection<string, string>>();
    await carry.send(there);
    const again = await arrive.recv();
    there.close();
    await again.send('still here');
    assert.equal(await here.recv(), 'still here');
    assert.equal(await here.poll(), false);
    again.close();
    await assert.rejects(here.recv(), EOFError);
    for (const end of [here, carry, arrive]) end.close();
  });

  test('a message that fails, or that is never sent, holds no end', async () => {
    const [here, there] = Pipe();
    const [carry, arrive] = Pipe();
    await assert.rejects(carry.send([there, new WeakMap()]), PicklingError);
    await assert.rejects(carry.send([there, () => 1, new WeakMap()]), PicklingError);
    await using pool = new context.Pool(1);
    for (let round = 0; round < 3; round++) assert.equal(await pool.apply(() => there.writable), true);
    pool.terminate();
    await pool.join();
    there.close();
    await assert.rejects(here.recv(), EOFError);
    for (const end of [here, carry, arrive]) end.close();
  });

  test('a sender waits while the receiver is far behind, and a message that cannot travel is none', async () => {
    const [here, there] = Pipe<number>(false);
    await assert.rejects(there.send(new WeakMap() as never), PicklingError);
    const count = 10_000;
    const child = new Process({
      target: async () => {
        for (let item = 0; item < count; item++) await there.send(item);
      },
    });
    await child.start();
    there.close();
    for (let item = 0; item < count; item++) assert.equal(await here.recv(), item);
    await assert.rejects(here.recv(), EOFError);
    await child.join();
    here.close();
  });
});
