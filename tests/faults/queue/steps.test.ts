/** Processes that die before each of their accesses to shared memory, plain ones as well, while they put and while they take. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { blocksInUse, underHeapLock } from '#dist/memory/heap.js';
import { EXTENT_WARM, HEAP_LOCK } from '#dist/memory/layout.js';
import { header } from '#dist/memory/program.js';
import { self } from '#dist/memory/slots.js';
import { Process, Queue } from 'manyfold';
import { guard } from '../../support/guard.js';
import { assertHeapSound } from '../../support/heap.js';
import { dieBeforeAccess, watchPlainStores } from '../../support/kill-points.js';

guard();
watchPlainStores();

// The fork server and what it opens stay.
before(async () => void (await run(() => {}, 0)));

/** As long as its number says; a second one of 3000 bytes needs a new chunk, and a longer one than 8 KB a parcel. */
const message = (length: number) => new Uint8Array(length).fill(length & 255);

function drain(queue: Queue<Uint8Array>): number[] {
  const lengths: number[] = [];
  while (!queue.empty()) {
    const bytes = queue.getSync();
    assert.ok(bytes.every((byte) => byte === (bytes.length & 255)));
    lengths.push(bytes.length);
  }
  return lengths;
}

/** As if others had let go of so much that the next pages which nobody needs go back to the machine at once. */
function warm(): void {
  underHeapLock(() => (header()[EXTENT_WARM] = 2 ** 20));
}

async function run(target: (step: number) => void, step: number): Promise<boolean> {
  const child = new Process({ target, args: [step] });
  await child.start();
  await child.join();
  assert.ok(child.exitCode === 0 || child.exitCode === -9, `exit code ${child.exitCode}`);
  return child.exitCode === -9;
}

for (const [what, lengths] of [
  ['in chunks', [3000, 3001, 3002]],
  // Eight fill a chunk: the first chunk to move to is at hand, the second comes from the heap.
  ['over two chunks', Array.from({ length: 17 }, (_, number) => 8000 + number)],
  ['in parcels', [9000, 9001, 200_000]],
  ['in pages that go back', [200_000, 200_001]],
] as const) {
  const fill = (queue: Queue<Uint8Array>) => {
    for (const length of lengths) queue.putSync(message(length));
    if (what === 'in pages that go back') warm();
  };

  test(`wherever one dies who puts messages ${what}, the others are whole and no memory is lost`, async (context) => {
    const queue = new Queue<Uint8Array>();
    const put = (step: number) => {
      dieBeforeAccess(step);
      for (const length of lengths) queue.putSync(message(length));
    };
    await run(put, Infinity);
    assert.deepEqual(drain(queue), lengths);
    const blocks = blocksInUse();
    let step = 1;
    while (await run(put, step)) {
      const left = drain(queue);
      assert.deepEqual(left, lengths.slice(0, left.length), `step ${step}`);
      assertHeapSound();
      // A chunk may be at hand, or not.
      assert.ok(blocksInUse() <= blocks + 1, `step ${step}: ${blocksInUse()} blocks, ${blocks} before`);
      step++;
    }
    context.diagnostic(`${step} steps`);
  });

  test(`wherever one dies who takes messages ${what}, each comes once, and no memory is lost`, async (context) => {
    const queue = new Queue<Uint8Array>();
    const rest = new Queue<number>();
    const take = (step: number) => {
      dieBeforeAccess(step);
      for (const _ of lengths) rest.putSync(queue.getSync().length);
    };
    fill(queue);
    await run(take, Infinity);
    const numbers = () => Array.from({ length: rest.qsize() }, () => rest.getSync());
    assert.deepEqual(numbers(), lengths);
    const blocks = blocksInUse();
    let step = 1;
    for (fill(queue); await run(take, step); fill(queue)) {
      const taken = numbers();
      const left = drain(queue);
      assert.deepEqual(taken, lengths.slice(0, taken.length), `step ${step}`);
      // At most one was in its hands.
      const lost = lengths.length - taken.length - left.length;
      assert.ok(lost === 0 || lost === 1, `step ${step}`);
      assert.deepEqual(left, lengths.slice(taken.length + lost), `step ${step}`);
      assertHeapSound();
      assert.ok(blocksInUse() <= blocks + 2, `step ${step}: ${blocksInUse()} blocks, ${blocks} before`);
      step++;
    }
    context.diagnostic(`${step} steps`);
  });
}

/** From when on it uses the heap, where chunks come from and go to. */
function sinceHeap(): () => boolean {
  let used = false;
  return () => (used ||= header()[HEAP_LOCK] === self());
}

test('no chunk is lost with one who leaves it', async (context) => {
  const queue = new Queue<Uint8Array>();
  const fill = () => {
    // So many fill a chunk: the next one goes to a new one.
    for (let number = 0; number < 8; number++) queue.putSync(message(8000));
  };
  const take = (step: number) => {
    dieBeforeAccess(step, sinceHeap());
    queue.getSync();
  };
  fill();
  await run(take, Infinity);
  drain(queue);
  const blocks = blocksInUse();
  let step = 1;
  for (let died = true; died; step++) {
    // What is lost each time adds up.
    for (let round = 0; round < 2; round++) {
      fill();
      died = await run(take, step);
      drain(queue);
    }
    assertHeapSound();
    assert.ok(blocksInUse() <= blocks + 1, `step ${step}: ${blocksInUse()} blocks, ${blocks} before`);
  }
  context.diagnostic(`${step} steps`);
});
