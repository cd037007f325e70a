/** Looks at the program's shared heap as a whole. */

import assert from 'node:assert/strict';
import { eachBlock, EXTENT_SIZE, FREE_EXTENT, KIND, NEXT, OWNER, SIZE } from '#dist/memory/blocks.js';
import { underHeapLock } from '#dist/memory/heap.js';
import { FREE_BLOCKS, FREE_EXTENTS } from '#dist/memory/layout.js';
import { cellAt, header } from '#dist/memory/program.js';

const SIZES = 32;

function wordOf(address: number, word: number): number {
  const { words, index } = cellAt(address);
  return words[index + word]!;
}

/** Each free block and extent stands once in the list of its size, and nothing else does: nothing was freed twice. */
export function assertHeapSound(): void {
  underHeapLock(() => {
    const listed = new Set<number>();
    for (const [lists, sizeWord] of [
      [FREE_BLOCKS, SIZE],
      [FREE_EXTENTS, EXTENT_SIZE],
    ] as const) {
      for (let size = 0; size < SIZES; size++) {
        for (let address = header()[lists + size]!; address !== 0; address = wordOf(address, NEXT)) {
          assert.ok(!listed.has(address), `block ${address} stands twice in the lists of free ones`);
          assert.equal(wordOf(address, sizeWord), size);
          listed.add(address);
        }
      }
    }
    const free: number[] = [];
    eachBlock((at) => {
      if (wordOf(at, OWNER) === 0 || wordOf(at, KIND) === FREE_EXTENT) free.push(at);
    });
    assert.deepEqual(
      [...listed].toSorted((a, b) => a - b),
      free,
    );
  });
}
