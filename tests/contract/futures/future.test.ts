/** Futures by themselves, and waiting for several of them. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { test } from 'node:test';
import {
  ALL_COMPLETED,
  asCompleted,
  CancelledError,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  InvalidStateError,
  TimeoutError,
  wait,
} from 'manyfold/futures';
import { guard } from '../../support/guard.js';

guard();

function futures() {
  const pending = new Future<number>();
  const running = new Future<number>();
  running.setRunningOrNotifyCancel();
  const cancelled = new Future<number>();
  cancelled.cancel();
  const notified = new Future<number>();
  notified.cancel();
  notified.setRunningOrNotifyCancel();
  const failed = new Future<number>();
  failed.setException(new RangeError('no'));
  const done = new Future<number>();
  done.setResult(42);
  return { pending, running, cancelled, notified, failed, done };
}

test('futures-009 a callback is called with its future: on a result, an error, a cancel, in order, or at once', () => {
  const calls: unknown[] = [];
  const future = new Future<number>();
  future.addDoneCallback((it) => calls.push([1, it === future]));
  future.addDoneCallback(() => calls.push(2));
  future.setResult(5);
  future.addDoneCallback(() => calls.push('at once'));
  const failing = new Future();
  failing.addDoneCallback((it) => calls.push(it.done()));
  failing.setException(new Error('no'));
  const cancelled = new Future();
  cancelled.addDoneCallback((it) => calls.push(it.cancelled()));
  cancelled.cancel();
  assert.deepEqual(calls, [[1, true], 2, 'at once', true, true]);
});

test('futures-010 a callback that throws is told as a warning, and the others are called', async () => {
  const warned = once(process, 'warning') as Promise<[Error]>;
  const future = new Future<number>();
  let called = false;
  future.addDoneCallback(() => {
    throw new Error('my mistake');
  });
  future.addDoneCallback(() => (called = true));
  future.setResult(5);
  assert.equal(called, true);
  const [warning] = await warned;
  assert.match(warning.message, /exception calling callback for <Future/);
});

test('futures-011 a future shows its state', () => {
  const { pending, running, cancelled, failed, done } = futures();
  assert.equal(String(pending), '<Future state=pending>');
  assert.equal(inspect(running), '<Future state=running>');
  assert.equal(String(cancelled), '<Future state=cancelled>');
  assert.equal(String(failed), '<Future state=finished raised RangeError>');
  assert.equal(String(done), '<Future state=finished returned number>');
});

test('futures-012 futures-013 what can be cancelled, and what each state says', () => {
  const { pending, running, cancelled, failed, done } = futures();
  const states = [pending, running, cancelled, failed, done].map((it) => [it.cancelled(), it.running(), it.done()]);
  assert.deepEqual(states, [
    [false, false, false],
    [false, true, false],
    [true, false, true],
    [false, false, true],
    [false, false, true],
  ]);
  const could = [pending, running, cancelled, failed, done].map((it) => it.cancel());
  assert.deepEqual(could, [true, false, true, false, false]);
  assert.throws(() => done.setResult(1), InvalidStateError);
  assert.throws(() => failed.setException(1), { code: 'ERR_FUTURE_STATE' });
  assert.throws(() => running.setRunningOrNotifyCancel(), InvalidStateError);
});

test('futures-014 result and exception with a timeout of 0, in every state', async () => {
  const { pending, running, cancelled, failed, done } = futures();
  for (const future of [pending, running]) {
    await assert.rejects(future.result({ timeout: 0 }), TimeoutError);
    await assert.rejects(future.exception({ timeout: 0 }), TimeoutError);
  }
  await assert.rejects(cancelled.result({ timeout: 0 }), CancelledError);
  await assert.rejects(cancelled.exception(), CancelledError);
  await assert.rejects(failed.result({ timeout: 0 }), RangeError);
  assert.ok((await failed.exception()) instanceof RangeError);
  assert.equal(await done.result({ timeout: 0 }), 42);
  assert.equal(await done.exception(), null);
  assert.equal(await done, 42);
});

test('futures-015 one who waits for a result learns that it was cancelled', async () => {
  const future = new Future();
  const waiting = assert.rejects(future.result(), CancelledError);
  await assert.rejects(future.result({ timeout: 5 }), TimeoutError);
  future.cancel();
  await waiting;
});

test('futures-008 an error that is falsy is an error', async () => {
  for (const error of [null, undefined, 0, '', false]) {
    const future = new Future();
    future.setException(error);
    assert.equal(await future.result().catch(() => 'thrown'), 'thrown');
    assert.equal(await future.exception(), error);
  }
});

test('futures-018 asCompleted gives each future once: those that are done, then the others as they are', async () => {
  const { notified, failed, done, pending, running } = futures();
  const seen: unknown[] = [];
  setTimeout(() => running.setResult(1), 5);
  setTimeout(() => pending.cancel() && pending.setRunningOrNotifyCancel(), 20);
  for await (const future of asCompleted([notified, failed, pending, done, running, done])) seen.push(future);
  assert.deepEqual(new Set(seen.slice(0, 3)), new Set([notified, failed, done]));
  assert.deepEqual(seen.slice(3), [running, pending]);
});

test('futures-019 asCompleted with a timeout gives what is done, and then says how many are not', async () => {
  const { notified, failed, pending, running } = futures();
  const seen: unknown[] = [];
  const read = async () => {
    for await (const future of asCompleted([pending, notified, failed, running], { timeout: 10 })) seen.push(future);
  };
  await assert.rejects(read(), { name: 'TimeoutError', message: '2 (of 4) futures unfinished' });
  assert.deepEqual(seen, [notified, failed]);
});

test('futures-021 a future that is given twice is waited for once', async () => {
  const { done } = futures();
  const result = await wait([done, done], { returnWhen: ALL_COMPLETED });
  assert.deepEqual([[...result.done], result.notDone.size], [[done], 0]);
});

test('futures-022 FIRST_COMPLETED: when one is done; a cancelled one when its executor has noticed', async () => {
  const { pending, running, cancelled, notified, failed, done } = futures();
  setTimeout(() => running.setResult(1), 5);
  const first = await wait([pending, running, cancelled], { returnWhen: FIRST_COMPLETED });
  assert.deepEqual([[...first.done], [...first.notDone]], [[running], [pending, cancelled]]);
  const second = await wait([pending, notified, failed, done], { returnWhen: FIRST_COMPLETED });
  assert.deepEqual([[...second.done], [...second.notDone]], [[notified, failed, done], [pending]]);
});

test('futures-023 FIRST_EXCEPTION: when one has failed, with those that are done by then', async () => {
  const { pending, running, failed, done } = futures();
  const fails = new Future<number>();
  setTimeout(() => running.setResult(1), 2);
  setTimeout(() => fails.setException(new Error('no')), 10);
  const first = await wait([pending, running, fails, done], { returnWhen: FIRST_EXCEPTION });
  assert.deepEqual(first.done, new Set([done, running, fails]));
  assert.deepEqual(first.notDone, new Set([pending]));
  const atOnce = await wait([pending, failed], { returnWhen: FIRST_EXCEPTION });
  assert.deepEqual(atOnce.done, new Set([failed]));
});

test('futures-024 ALL_COMPLETED: when all are done, or the time is over', async () => {
  const { pending, notified, failed, done } = futures();
  const over = await wait([pending, failed, done], { timeout: 5 });
  assert.deepEqual([over.done, over.notDone], [new Set([failed, done]), new Set([pending])]);
  setTimeout(() => pending.setResult(1), 2);
  const all = await wait([pending, notified, failed, done]);
  assert.deepEqual([all.done.size, all.notDone.size], [4, 0]);
  await assert.rejects(wait([done], { returnWhen: 'SOME' as never }), { code: 'ERR_RETURN_WHEN' });
  await assert.rejects(wait([7 as never]), { name: 'TypeError', code: 'ERR_FUTURES' });
});
