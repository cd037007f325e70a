import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '#dist/memory/collect.js';
import { blocksInUse, underHeapLock } from '#dist/memory/heap.js';
import { HEAP_LOCK } from '#dist/memory/layout.js';
import { createObject } from '#dist/memory/objects.js';
import { header } from '#dist/memory/program.js';
import { referTo } from '#dist/memory/references.js';
import { self } from '#dist/memory/slots.js';
import { Lock, Process, Queue } from 'manyfold';
import { guard } from '../../support/guard.js';
import { settledBlocks } from '../../support/blocks.js';

guard();

test('references that a process had not given to anybody when it died go, with what only they kept; others stay', async () => {
  const queue = new Queue<Lock>();
  queue.putSync(new Lock()); // a parcel with references
  const before = await settledBlocks();
  const dieOverIt = () => {
    const object = createObject(10);
    underHeapLock(() => referTo([object]));
    Atomics.store(header(), HEAP_LOCK, self());
    process.kill(process.pid, 'SIGKILL');
  };
  const child = new Process({ target: dieOverIt });
  await child.start();
  await child.join();
  underHeapLock(() => collect());
  assert.equal(await settledBlocks(), before);
  const lock = await queue.get();
  assert.ok(lock.acquireSync({ block: false }) && blocksInUse() >= before - 2);
});
