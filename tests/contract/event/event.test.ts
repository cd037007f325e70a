/** Events: set, cleared, waited for. */

import assert from 'node:assert/strict';
import { waitingFor } from '../../support/held.js';
import { canBlock, eachMethod } from '../../support/methods.js';
import { timeOf } from '../../support/time.js';
import { until } from '../../support/wait.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const mayBlock = canBlock(method);
  const { Event, Process, Queue } = context;

  test('event-001 an event is set, waited for, cleared, and set by a child', async () => {
    const event = new Event();
    assert.equal(event.isSet(), false);
    for (const [timeout, atLeast] of [
      [0, 0],
      [100, 99],
    ] as const) {
      assert.ok((await timeOf(async () => assert.equal(await event.wait({ timeout }), false))) >= atLeast);
      assert.ok((await timeOf(() => assert.equal(event.waitSync({ timeout }), false))) >= atLeast);
    }
    assert.equal(event.set(), undefined);
    assert.equal(event.isSet(), true);
    assert.equal(await event.wait(), true);
    assert.equal(event.waitSync({ timeout: 0 }), true);
    event.set();
    event.clear();
    event.clear();
    assert.equal(event.isSet(), false);
    for (const blocking of mayBlock ? [true, false] : [false]) {
      const child = new Process({ target: () => void setTimeout(() => event.set(), 30) });
      await child.start();
      assert.equal(blocking ? event.waitSync() : await event.wait(), true);
      await child.join();
      event.clear();
    }
  });

  test('event-002 the text of an event', () => {
    const event = new Event();
    assert.match(String(event), /^<Event at 0x[\da-f]+ unset>$/);
    event.set();
    assert.match(String(event), /^<Event at 0x[\da-f]+ set>$/);
  });

  test('all who wait, blocking and awaiting, go on, even if the event is cleared at once', async () => {
    const [event, woken] = [new Event(), new Queue<boolean>()];
    const wait = async (blocking: boolean) => {
      await woken.put(blocking && mayBlock ? event.waitSync() : await event.wait());
    };
    const children = [true, false, true, false].map((blocking) => new Process({ target: wait, args: [blocking] }));
    for (const child of children) await child.start();
    const here = [event.wait(), event.wait({ timeout: 60_000 })];
    assert.ok(await until(() => waitingFor(event) === (method === 'coroutine' ? 1 : 5)));
    event.set();
    event.clear();
    assert.deepEqual(await Promise.all(here), [true, true]);
    for (let count = 0; count < 4; count++) assert.equal(await woken.get(), true);
    for (const child of children) await child.join();
    assert.equal(event.isSet(), false);
    assert.equal(await event.wait({ timeout: 1 }), false);
  });

  test('an AbortSignal ends a wait; what is no timeout is refused', async () => {
    const event = new Event();
    await assert.rejects(event.wait({ signal: AbortSignal.timeout(10) }), { name: 'TimeoutError' });
    await assert.rejects(event.wait({ timeout: 'x' as never }), { code: 'ERR_TIMEOUT_VALUE' });
    assert.throws(() => event.waitSync(1 as never), { code: 'ERR_WAIT_OPTIONS' });
  });
});
