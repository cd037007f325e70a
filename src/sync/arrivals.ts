import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, ARRIVALS } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';
import { Mutex } from './mutex.js';
import { disposeRosterAt, giveBack, Roster, rosterWords, setValue, valueOf, type Row } from './roster.js';
import { isDead } from './waitable.js';

/**
 * Who has arrived at a barrier:
 *
 *   words 0, 1   mutex of all changes
 *   word  2      line of those who wait
 *   word  3      STATE: OPEN, ACTING while one that came last runs the action, or BROKEN
 *   word  4      PARTIES
 *   word  5      ENDING: what becomes of those who have arrived: NOTHING, PASSED or BROKE
 *   word  6..    a row for each that is there (roster.ts); its value is (index + 1) << 2 | ARRIVED, PASSED, BROKE or LAST
 *
 * A change that concerns several rows begins with ENDING: who comes after one that died over it completes it.
 */
const LINE = 2;
const STATE = 3;
const PARTIES = 4;
const ENDING = 5;
const ROSTER = 6;

const OPEN = 0;
const ACTING = 1;
const BROKEN = 2;

const ARRIVED = 0;
const PASSED = 1;
const BROKE = 2;
const LAST = 3; // arrived, and runs the action
const OUTCOME = 3;
const OUTCOME_BITS = 2;

const NOTHING = 0;

const ROWS = 10;

export type Outcome = 'passed' | 'broken';

/** One who has arrived. */
export interface Place {
  readonly row: Row;
  /** A number from 0 to the parties less one, no other's. */
  readonly index: number;
  /** Whether all others are there already. */
  readonly last: boolean;
}

export class Arrivals {
  readonly address: number;
  readonly line: Cell;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly mutex: Mutex;
  private readonly roster: Roster;

  constructor(address: number) {
    this.address = address;
    attach(this, address);
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.line = cellAt(address + LINE);
    this.mutex = new Mutex(address);
    this.roster = new Roster(address + ROSTER, ROWS);
  }

  static create(parties: number): Arrivals {
    const address = createObject((ROSTER + rosterWords(ROWS)) * WORD, ARRIVALS);
    const { words, index } = cellAt(address);
    words[index + PARTIES] = parties;
    return new Arrivals(address);
  }

  get parties(): number {
    return this.words[this.base + PARTIES]!;
  }

  get isBroken(): boolean {
    return Atomics.load(this.words, this.base + STATE) === BROKEN;
  }

  /** How many have arrived and wait. */
  get waiting(): number {
    let count = 0;
    this.roster.each((words, index) => {
      if (isThere({ words, index })) count++;
    });
    return count;
  }

  /** A place among those who wait; 'broken'; or undefined while others run the action, so that nobody can come in. */
  arrive(patient: boolean): Place | 'broken' | undefined {
    return this.changing(() => {
      this.lookForTheDead(patient);
      const state = this.words[this.base + STATE];
      if (state !== OPEN) return state === BROKEN ? 'broken' : undefined;
      const index = this.freeIndex();
      const last = this.waiting + 1 === this.parties;
      const row = this.roster.take();
      setValue(row, ((index + 1) << OUTCOME_BITS) | (last ? LAST : ARRIVED));
      if (last) Atomics.store(this.words, this.base + STATE, ACTING);
      return { row, index, last };
    });
  }

  private freeIndex(): number {
    const taken = new Set<number>();
    this.roster.each((words, at) => {
      if (isThere({ words, index: at })) taken.add((words[at + 1]! >> OUTCOME_BITS) - 1);
    });
    let index = 0;
    while (taken.has(index)) index++;
    return index;
  }

  /** What has become of one who arrived; undefined while it has to wait. */
  outcome({ row }: Place, look: boolean, patient: boolean): Outcome | undefined {
    if (look && isThere(row)) this.changing(() => this.lookForTheDead(patient));
    return isThere(row) ? undefined : outcomeOf(row);
  }

  /** Leaves: with what has become of its round, or undefined when it leaves in the middle of it. */
  depart({ row }: Place): Outcome | undefined {
    // Once its round has ended nobody changes a row but its owner, who needs no lock to give it back.
    if (!isThere(row)) return leave(row);
    return this.changing(() => {
      if (!isThere(row)) return leave(row);
      giveBack(row);
      return undefined;
    });
  }

  /** Leaves, and breaks the barrier unless its round has ended just now. */
  giveUp(place: Place): Outcome {
    return this.changing(() => {
      if (isThere(place.row)) this.end(BROKE, BROKEN);
      return leave(place.row);
    });
  }

  /** Lets everybody go on: by the last one, when the action is done. It may have been broken or reset meanwhile. */
  pass({ row }: Place): void {
    this.changing(() => {
      if (isThere(row)) this.end(PASSED, OPEN);
    });
  }

  /** Those who are there learn that it is broken, and so does everybody who comes, until it is reset. */
  breakIt(): void {
    this.changing(() => this.end(BROKE, BROKEN));
  }

  /** Those who are there learn that it was broken, and the next ones begin anew. */
  reset(): void {
    this.changing(() => this.end(BROKE, OPEN));
  }

  private end(outcome: typeof PASSED | typeof BROKE, state: number): void {
    Atomics.store(this.words, this.base + ENDING, ((state + 1) << OUTCOME_BITS) | outcome);
    this.finishEnding();
    call(this.line, Infinity);
  }

  /** As often as one likes. */
  private finishEnding(): void {
    const ending = Atomics.load(this.words, this.base + ENDING);
    if (ending === NOTHING) return;
    this.roster.each((words, index) => {
      if (isThere({ words, index }))
        Atomics.store(words, index + 1, (words[index + 1]! & ~OUTCOME) | (ending & OUTCOME));
    });
    Atomics.store(this.words, this.base + STATE, (ending >> OUTCOME_BITS) - 1);
    Atomics.store(this.words, this.base + ENDING, NOTHING);
  }

  /** One who dies while it waits, or runs the action, has broken the barrier: it will never go on with the others. */
  private lookForTheDead(patient: boolean): void {
    const dead: Row[] = [];
    this.roster.each((words, index, address) => {
      const who = words[index]!;
      if (who !== 0 && isDead(who, patient)) dead.push(cellAt(address));
    });
    // First: as long as their rows are there, somebody will see that they have died.
    if (dead.some((row) => isThere(row))) this.end(BROKE, BROKEN);
    for (const row of dead) giveBack(row);
  }

  private changing<T>(change: () => T): T {
    if (this.mutex.lockSync() === 'abandoned') {
      this.finishEnding();
      call(this.line, Infinity);
    }
    try {
      return change();
    } finally {
      this.mutex.release();
    }
  }
}

function isThere(row: Pick<Row, 'words' | 'index'>): boolean {
  const outcome = valueOf(row) & OUTCOME;
  return valueOf(row) !== 0 && (outcome === ARRIVED || outcome === LAST);
}

function leave(row: Row): Outcome {
  const outcome = outcomeOf(row);
  giveBack(row);
  return outcome;
}

function outcomeOf(row: Row): Outcome {
  return (valueOf(row) & OUTCOME) === PASSED ? 'passed' : 'broken';
}

disposeRosterAt(ARRIVALS, ROSTER);
