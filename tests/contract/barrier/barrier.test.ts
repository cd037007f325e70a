/** Barriers: parties that wait for each other. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenBarrierError, RuntimeError } from 'manyfold';
import { canBlock, eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

const parties = 5;
const broken = { name: 'BrokenBarrierError', code: 'ERR_BARRIER_BROKEN' };

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Barrier, Process, Queue, Value } = context;
  type BarrierType = InstanceType<typeof Barrier>;

  /** Runs `party` five times: in two processes that block, in one that awaits, and in two coroutines here. */
  const run = async <T>(party: (wait: (barrier: BarrierType) => Promise<number>, number: number) => Promise<T>) => {
    const results = new Queue<T>();
    const work = async (number: number) => {
      const wait = async (barrier: BarrierType) => (number < 2 && mayBlock ? barrier.waitSync() : barrier.wait());
      await results.put(await party(wait, number));
    };
    const children = [0, 1, 2].map((number) => new Process({ target: work, args: [number] }));
    for (const child of children) await child.start();
    await Promise.all([work(3), work(4)]);
    const all: T[] = [];
    while (all.length < parties) all.push(await results.get());
    for (const child of children) await child.join();
    return all;
  };

  /** What came of a wait. */
  const outcome = (wait: Promise<unknown>) =>
    wait.then(
      () => 'passed',
      (error: Error) => error.name,
    );

  test('barrier-001 barrier-002 parties go through in lockstep, again and again', async () => {
    const barrier = new Barrier(parties);
    const arrived = new Value('i', 0);
    const late = await run(async (wait) => {
      for (let round = 1; round <= 10; round++) {
        {
          using _held = arrived.getLock().holdSync();
          arrived.value++;
        }
        await wait(barrier);
        if (arrived.value < round * parties) return 'too early';
        await wait(barrier);
      }
      return 'fine';
    });
    assert.deepEqual(new Set(late), new Set(['fine']));
    assert.deepEqual([barrier.nWaiting, barrier.broken, barrier.parties], [0, false, parties]);
  });

  test('barrier-003 each party gets another number', async () => {
    const barrier = new Barrier(parties);
    const numbers = await run(async (wait) => wait(barrier));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4],
    );
  });

  test('the action is called once, before anybody goes on', async () => {
    const calls = new Value('i', 0);
    const barrier = new Barrier(parties, { action: () => void calls.value++ });
    const seen = await run(async (wait) => {
      await wait(barrier);
      return calls.value;
    });
    assert.deepEqual(new Set(seen), new Set([1]));
    const slow = new Barrier(2, {
      action: async () => {
        await sleep(20);
        calls.value = 7;
      },
    });
    const values = await Promise.all([1, 2].map(() => slow.wait().then(() => calls.value)));
    assert.deepEqual(values, [7, 7]);
  });

  test('barrier-005 abort breaks it for those who wait and those who come', async () => {
    const barrier = new Barrier(parties);
    const outcomes = await run(async (wait, number) => {
      await wait(barrier);
      if (number !== 4) return outcome(wait(barrier));
      assert.ok(await until(() => barrier.nWaiting === 4));
      barrier.abort();
      return outcome(wait(barrier));
    });
    assert.deepEqual(new Set(outcomes), new Set(['BrokenBarrierError']));
    assert.equal(barrier.broken, true);
    assert.equal(barrier.nWaiting, 0);
    assert.match(String(barrier), /^<Barrier at 0x[\da-f]+: broken>$/);
    await assert.rejects(barrier.wait(), BrokenBarrierError);
    assert.throws(() => barrier.waitSync(), RuntimeError);
  });

  test('barrier-006 barrier-007 reset breaks it for those who wait, and it is as new', async () => {
    const [barrier, meeting] = [new Barrier(parties), new Barrier(parties)];
    for (const abort of [false, true]) {
      const outcomes = await run(async (wait, number) => {
        let first = 'reset';
        if (number !== 4) first = await outcome(wait(barrier));
        else {
          assert.ok(await until(() => barrier.nWaiting === 4));
          if (abort) barrier.abort();
          else barrier.reset();
        }
        // Nobody else goes in before everybody is out.
        if ((await wait(meeting)) === 4) barrier.reset();
        await wait(meeting);
        return `${first}, ${await outcome(wait(barrier))}`;
      });
      assert.deepEqual(outcomes.toSorted(), [...Array(4).fill('BrokenBarrierError, passed'), 'reset, passed']);
      assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
    }
  });

  test('barrier-008 barrier-009 a wait that times out breaks it for all, by its own timeout or the barrier’s', async () => {
    for (const own of [true, false]) {
      const barrier = new Barrier(parties, own ? {} : { timeout: 100 });
      const outcomes = await run(async (_wait, number) => {
        if (number === 4) await sleep(400);
        const options = own ? { timeout: 100 } : {};
        return outcome(number < 2 && mayBlock ? (async () => barrier.waitSync(options))() : barrier.wait(options));
      });
      assert.deepEqual(new Set(outcomes), new Set(['BrokenBarrierError']));
      assert.ok(barrier.broken);
    }
  });

  test('barrier-010 a barrier of one', async () => {
    const barrier = new Barrier(1);
    assert.equal(await barrier.wait(), 0);
    assert.equal(barrier.waitSync(), 0);
    assert.match(String(barrier), /^<Barrier at 0x[\da-f]+: waiters=0\/1>$/);
  });

  test('barrier-012 an action that throws breaks it for the others; its caller gets the error', async () => {
    const action = () => {
      throw new TypeError('no action');
    };
    const barrier = new Barrier(parties, { action });
    const outcomes = await run((wait) => outcome(wait(barrier)));
    assert.deepEqual(outcomes.toSorted(), [...Array(4).fill('BrokenBarrierError'), 'TypeError']);
    assert.ok(barrier.broken);
    const promising = new Barrier(1, { action: async () => {} });
    assert.throws(() => promising.waitSync(), { name: 'TypeError', code: 'ERR_BARRIER_ACTION' });
  });

  test('an AbortSignal takes an arrival back, and the others go on waiting', async () => {
    const barrier = new Barrier(2);
    await assert.rejects(barrier.wait({ signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
    assert.deepEqual([barrier.nWaiting, barrier.broken], [0, false]);
    const abort = new AbortController();
    const [first, second] = [barrier.wait({ signal: abort.signal }), new Barrier(1).wait()];
    abort.abort(new Error('gone'));
    await assert.rejects(first, { message: 'gone' });
    await second;
    assert.deepEqual(
      (await Promise.all([barrier.wait(), barrier.wait()])).toSorted((a, b) => a - b),
      [0, 1],
    );
  });

  test('what makes no barrier is refused', async () => {
    for (const count of [0, -1, 1.5, '2', NaN]) {
      assert.throws(() => new Barrier(count as number), { name: 'ValueError', code: 'ERR_BARRIER_PARTIES' });
    }
    assert.throws(() => new Barrier(1, (() => {}) as never), { name: 'TypeError', code: 'ERR_BARRIER_OPTIONS' });
    assert.throws(() => new Barrier(1, { action: 1 as never }), { name: 'TypeError', code: 'ERR_BARRIER_OPTIONS' });
    assert.throws(() => new Barrier(1, { timeout: 'x' as never }), { name: 'TypeError', code: 'ERR_TIMEOUT_VALUE' });
    const barrier = new Barrier(2);
    await assert.rejects(barrier.wait({ timeout: 'x' as never }), { code: 'ERR_TIMEOUT_VALUE' });
    assert.equal(barrier.nWaiting, 0);
    await assert.rejects(barrier.wait({ timeout: 0 }), broken);
  });
});
