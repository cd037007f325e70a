import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachBlock, OWNER, SIZE } from '#dist/memory/blocks.js';
import { allocate, blockBytes, blocksInUse, free, handOver, LARGEST_BLOCK, underHeapLock } from '#dist/memory/heap.js';
import { EXTENT_END, EXTENT_WARM, FILE_BYTES, HEAP_LOCK, HEAP_START, PAGE, WINDOW_MASK } from '#dist/memory/layout.js';
import { adoptParcel, readParcel, storeParcel } from '#dist/memory/parcel.js';
import { cellAt, header } from '#dist/memory/program.js';
import { releaseBlocksOf } from '#dist/memory/release.js';
import { claimSlot, freeSlot, self } from '#dist/memory/slots.js';
import { OutOfMemoryError, Process } from 'manyfold';
import { guard } from '../../support/guard.js';
import { Random } from '../../support/random.js';
import { promptly } from '../../support/time.js';
import { until } from '../../support/wait.js';

guard();

self();

function wordOf(address: number, word: number): number {
  const { words, index } = cellAt(address);
  return words[index + word]!;
}

/** Blocks lie one behind the other without a gap, and none crosses the border of a window. */
function checkTiling(): void {
  let next = HEAP_START;
  eachBlock((address) => {
    const start = address - 4;
    const length = 2 ** wordOf(address, SIZE);
    assert.equal(start, next);
    assert.ok((start & WINDOW_MASK) + length <= WINDOW_MASK + 1);
    next = start + length;
  });
  assert.equal(next, header()[32]);
}

test('a block holds what was asked for, zeros at first, also when it has been used before', () => {
  for (const bytes of [0, 1, 48, 49, 1000, 65_520, LARGEST_BLOCK]) {
    const address = allocate(bytes);
    const data = blockBytes(address);
    assert.ok(data.length >= bytes && data.length < Math.max(64, 2 * (bytes + 16)));
    assert.ok(data.every((byte) => byte === 0));
    data.fill(255);
    free(address);
    const again = allocate(bytes);
    assert.equal(again, address);
    assert.ok(blockBytes(again).every((byte) => byte === 0));
    free(again);
  }
  assert.throws(() => allocate(LARGEST_BLOCK + 1), RangeError);
});

test('value_array-015 after 5000 random allocations and frees the blocks tile the heap, and nothing overlaps', () => {
  const random = Random.printed();
  const before = blocksInUse();
  const held: { address: number; bytes: number; mark: number }[] = [];
  for (let round = 0; round < 5000; round++) {
    if (held.length > 40 || (held.length > 0 && random.below(2) === 0)) {
      const [{ address, bytes, mark }] = held.splice(random.below(held.length), 1) as [(typeof held)[0]];
      const data = blockBytes(address).subarray(0, bytes);
      assert.ok(data[0] === mark && data.at(-1) === mark);
      free(address);
    } else {
      const bytes = 1 + (random.below(2 ** (1 + random.below(20))) % LARGEST_BLOCK);
      const block = { address: allocate(bytes), bytes, mark: random.below(256) };
      const data = blockBytes(block.address);
      data[0] = data[bytes - 1] = block.mark;
      held.push(block);
    }
  }
  checkTiling();
  for (const { address } of held) free(address);
  assert.equal(blocksInUse(), before);
  checkTiling();
});

test('a block that would cross a window starts behind it, and the rest before it is of use', () => {
  const large = Array.from({ length: 40 }, () => allocate(LARGEST_BLOCK)); // more than two windows
  checkTiling();
  for (const address of large) free(address);
});

test('what a slot owns goes with it, and what was handed over does not', () => {
  const before = blocksInUse();
  const other = claimSlot(self());
  const [kept, lost, mine] = [allocate(10, other), allocate(10, other), allocate(10)];
  handOver(kept, self());
  handOver(mine, other);
  const extent = storeParcel(new Uint8Array(3_000_000), other);
  assert.equal(blocksInUse(), before + 4);
  underHeapLock(() => releaseBlocksOf(other));
  assert.deepEqual(
    [kept, lost, mine, extent].map((address) => wordOf(address, OWNER) === self()),
    [true, false, false, false],
  );
  assert.equal(blocksInUse(), before + 1);
  free(kept);
  freeSlot(other);
  underHeapLock(() => releaseBlocksOf(other));
  assert.equal(blocksInUse(), before);
});

test(
  'a process that dies while it changes the heap leaves it whole',
  promptly(async (soon) => {
    const before = blocksInUse();
    free(storeParcel(new Uint8Array(2_000_000)));
    const warm = header()[EXTENT_WARM];
    const kept = allocate(100);
    blockBytes(kept).fill(9);
    free(allocate(100));
    const breakHeap = () => {
      allocate(1000, self()); // goes with the process
      Atomics.store(header(), HEAP_LOCK, self());
      // The lists in the state in which they are never seen: their heads point into nothing.
      header().fill(12_345, 128, 192);
      header()[EXTENT_WARM] = 12_345;
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    };
    const child = new Process({ target: breakHeap });
    await child.start();
    assert.ok(await until(() => header()[HEAP_LOCK] !== 0 || child.exitCode !== null));
    const addresses = await soon(() => [100, 100, 1000, 70_000].map((bytes) => allocate(bytes)));
    assert.equal(header()[EXTENT_WARM], warm);
    assert.equal(new Set([kept, ...addresses]).size, 5);
    assert.ok(addresses.every((address) => blockBytes(address).every((byte) => byte === 0)));
    assert.ok(blockBytes(kept).every((byte, place) => place >= 100 || byte === 9));
    await child.join();
    checkTiling();
    for (const address of [kept, ...addresses]) free(address);
    assert.ok(await until(() => blocksInUse() === before), `${blocksInUse()} blocks, ${before} before`);
  }),
);

test('parcels of 0 bytes to 300 MB hold what was stored', () => {
  const before = blocksInUse();
  const large = LARGEST_BLOCK;
  for (const length of [
    0,
    1,
    7,
    8,
    4096,
    large - 9,
    large - 8,
    large - 7,
    large,
    large + 1,
    5_000_001,
    300 * 2 ** 20,
  ]) {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1 + (length >> 12)) bytes[at] = (at * 7 + 3) & 255;
    const address = storeParcel(bytes);
    readParcel(address, (stored) => {
      assert.equal(stored.length, length);
      assert.ok(Buffer.compare(stored, bytes) === 0, `${length} bytes have changed`);
    });
    free(address);
  }
  assert.equal(blocksInUse(), before);
});

test('a parcel that was taken over lives as long as its memory is reachable', async () => {
  const before = blocksInUse();
  let bytes: Uint8Array | undefined = adoptParcel(storeParcel(new Uint8Array(4_000_000).fill(5)));
  assert.equal(blocksInUse(), before + 1);
  assert.ok(bytes.every((byte) => byte === 5));
  bytes = undefined;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--expose-gc');
  const gc = process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void;
  assert.ok(await until(() => (gc(), blocksInUse() === before)));
});

test('memory that is full is an error, and nothing is left half done', () => {
  const before = blocksInUse();
  const words = header();
  const end = words[EXTENT_END]!;
  words[EXTENT_END] = FILE_BYTES / PAGE - 10;
  try {
    // A size of which none is free.
    assert.throws(() => storeParcel(new Uint8Array(40_000_000)), OutOfMemoryError);
  } finally {
    words[EXTENT_END] = end;
  }
  assert.equal(blocksInUse(), before);
  free(storeParcel(new Uint8Array(40_000_000)));
});
