import { handle } from '../memory/handle.js';
import { attach, mention } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject } from '../memory/objects.js';
import { cellAt } from '../memory/program.js';
import { isGone, self } from '../memory/slots.js';
import { inForkedChild } from '../system/generation.js';

/**
 * What a process of the program shows a server, which finds there how it has ended:
 *
 *   word 0   the id of its slot        word 1   GOODBYE: 1 once it has begun to end in good order
 */
const GOODBYE = 1;
const WORDS = 2;

export class Card {
  readonly address: number;

  constructor(address: number) {
    this.address = address;
    attach(this, address);
  }

  /** Whether the process has died with no time to say so. */
  get hasDied(): boolean {
    const { words, index } = cellAt(this.address);
    return Atomics.load(words, index + GOODBYE) === 0 && isGone(words[index]!);
  }

  [handle](): [string, unknown] {
    mention(this, this.address);
    return ['ManagerCard', this.address];
  }
}

let own: Card | undefined;

export function ownCard(): Card {
  return (own ??= makeCard());
}

function makeCard(): Card {
  const card = new Card(createObject(WORDS * WORD));
  const { words, index } = cellAt(card.address);
  words[index] = self();
  // One that ends with an error leaves what it guards half changed, as one that is killed.
  process.once('exit', (code) => void Atomics.store(words, index + GOODBYE, code === 0 ? 1 : 0));
  return card;
}

inForkedChild(() => {
  own = undefined;
});
