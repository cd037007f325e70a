import { SHARED } from './blocks.js';
import { LINKS } from './layout.js';
import { own, uncount } from './owners.js';
import { cellAt, header } from './program.js';
import { self } from './slots.js';

/**
 * Shared blocks that one word of another block leads to. Neither the word nor the block is anybody's who could be buried
 * with it, so whoever changes both says before, in the header, what it does:
 *
 *   PART   the block that comes or goes, or 0
 *   WORD   the address of the word that leads to it
 *   NEXT   what that word says afterwards: PART, when it comes
 *
 * three words for each level, as parts have parts of their own. Everything here is called under the heap's lock: should the
 * one who holds it die, the next one who gets it finds everything as it was, and lets go of what no word leads to (`repairLinks`).
 */
const WORD = 1;
const NEXT = 2;
const LEVEL_WORDS = 3;
const LEVELS = 8;

let level = 0;

/** Has a word lead to a block of this process's own, which is shared from then on. */
export function link(part: number, word: number): void {
  const noted = note(part, word, part);
  own(part, SHARED);
  uncount(self());
  const { words, index } = cellAt(word);
  Atomics.store(words, index, part); // from now on others may use it
  header()[noted] = 0;
}

/** Has a word lead to `next` in place of a block, and lets that one go. */
export function unlink(part: number, word: number, next: number, letGo: (part: number) => void): void {
  const noted = note(part, word, next);
  level++;
  try {
    const { words, index } = cellAt(word);
    Atomics.store(words, index, next);
    letGo(part);
  } finally {
    level--;
    header()[noted] = 0;
  }
}

function note(part: number, word: number, next: number): number {
  const noted = LINKS + level * LEVEL_WORDS;
  const shared = header();
  shared[noted + WORD] = word;
  shared[noted + NEXT] = next;
  shared[noted] = part; // last: from now on somebody does it
  return noted;
}

/** Does what the last holder of the heap's lock has died over. `letGo` does nothing with what is free already. */
export function repairLinks(letGo: (part: number) => void): void {
  for (level = LEVELS - 1; level >= 0; level--) repairLink(letGo);
  level = 0;
}

function repairLink(letGo: (part: number) => void): void {
  const noted = LINKS + level * LEVEL_WORDS;
  const shared = header();
  const [part, word, next] = [shared[noted]!, shared[noted + WORD]!, shared[noted + NEXT]!];
  if (part === 0) return;
  const { words, index } = cellAt(word);
  if (next !== part) unlink(part, word, next, letGo);
  else if (words[index] !== part) letGo(part);
  shared[noted] = 0;
}
