import { eachBlock, KEPT, KIND, MARK, OBJECT, OWNER, REFERENCES, SHARED } from './blocks.js';
import { COLLECT_AT, COLLECTIONS, LET_GO } from './layout.js';
import { cellAt, header } from './program.js';
import { release } from './release.js';

/**
 * Frees the objects that nobody refers to any more: marks what the references that exist name, and frees the rest. There
 * are no counts that could go wrong: a reference is a word in memory that is there or not, and those of a dead process,
 * or of a message that nobody can receive, are gone with it. What is in doubt stays.
 *
 * Under the heap's lock. No object can get lost from sight meanwhile: whoever passes a reference on writes the new one
 * before it takes the old one away, and to take one away that it has not in its own holdings it needs the lock as well.
 */
export function collect(): number {
  const shared = header();
  Atomics.store(shared, LET_GO, 0);
  const mark = (shared[COLLECTIONS] = (shared[COLLECTIONS]! + 1) | 0);
  let blocks = 0;
  eachBlock((_address, words, index) => {
    blocks++;
    const refers = words[index + KIND] === REFERENCES || words[index + KIND] === KEPT;
    if (refers && words[index + OWNER] !== 0) markAll(words, index, mark);
  });
  const garbage: number[] = [];
  eachBlock((address, words, index) => {
    const isShared = words[index + KIND]! >= OBJECT && words[index + OWNER] === SHARED;
    if (isShared && words[index + MARK] !== mark) garbage.push(address);
  });
  for (const address of garbage) release(address);
  shared[COLLECT_AT] = Math.max(FEW, blocks >> 2);
  return garbage.length;
}

/** Fewer references that went are no reason to look through the heap; nor is a small part of what is there. */
const FEW = 64;

/** Collects when enough references have gone for it to be cheap in proportion. */
export function collectIfDue(): void {
  if (header()[LET_GO]! > header()[COLLECT_AT]!) collect();
}

function markAll(words: Int32Array, index: number, mark: number): void {
  for (let place = words[index]!; place > 0; place--) {
    const address = Atomics.load(words, index + place);
    if (address === 0) continue;
    const block = cellAt(address);
    // The word is another one in a free block, and in one that was freed by its owner though somebody referred to it.
    if (block.words[block.index + KIND]! >= OBJECT && block.words[block.index + OWNER] !== 0)
      block.words[block.index + MARK] = mark;
  }
}
