import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { Luck } from '#dist/sync/luck.js';
import { guard } from '../../support/guard.js';

guard();

const skip = availableParallelism() === 1 && 'there is nothing to be won by looking on a single core';

/** For how many waits it does not look, between one try and the next. */
function waitsUntilNextTry(luck: Luck): number {
  let waits = 0;
  while (luck.time() === 0) waits++;
  return waits;
}

test('where looking never helps, it is tried ever more seldom, and never given up', { skip }, () => {
  const luck = new Luck();
  const pauses = Array.from({ length: 10 }, () => {
    const waits = waitsUntilNextTry(luck);
    luck.missed();
    return waits;
  });
  assert.deepEqual(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 64, 64]);
});

test('one try that helps makes up for all that did not', { skip }, () => {
  const luck = new Luck();
  for (let times = 0; times < 20; times++) luck.missed();
  waitsUntilNextTry(luck);
  luck.had();
  assert.equal(waitsUntilNextTry(luck), 0);
  luck.missed();
  assert.equal(waitsUntilNextTry(luck), 0);
});
