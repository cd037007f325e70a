import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  claimSlot,
  freeSlot,
  hasEnded,
  idOf,
  indexOf,
  isGone,
  PID,
  publishSlot,
  readSlot,
  self,
  slotsInUse,
} from '#dist/memory/slots.js';
import { guard } from '../../support/guard.js';

guard();

test('an id names one process for ever, though its slot is used again', () => {
  const first = claimSlot(self());
  assert.equal(idOf(indexOf(first)), first);
  assert.ok(![...slotsInUse()].includes(first)); // not yet: half open
  publishSlot(first);
  assert.ok([...slotsInUse()].includes(first));
  assert.equal(hasEnded(first), false);
  freeSlot(first);
  const second = claimSlot(self());
  assert.equal(indexOf(second), indexOf(first));
  assert.notEqual(second, first);
  publishSlot(second);
  assert.ok(hasEnded(first) && isGone(first));
  assert.equal(readSlot(first, PID), undefined);
  assert.equal(readSlot(second, PID), 0);
  freeSlot(second);
});

test('this process has a slot, and is neither ended nor gone', () => {
  assert.equal(readSlot(self(), PID), process.pid);
  assert.ok(!hasEnded(self()) && !isGone(self()));
});

test('a program can have 1023 processes at a time, and one more is an error', () => {
  const ids: number[] = [];
  assert.throws(
    () => {
      for (;;) ids.push(claimSlot(self()));
    },
    { code: 'ERR_TOO_MANY_PROCESSES' },
  );
  assert.ok(ids.length >= 1021 && new Set(ids).size === ids.length);
  for (const id of ids) freeSlot(id);
  freeSlot(claimSlot(self()));
});
