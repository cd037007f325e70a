import { attach } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject, NOTICES } from '../memory/objects.js';
import { cellAt, type Cell } from '../memory/program.js';
import { callOnly } from '../memory/waiters.js';
import {
  adopt,
  changeValue,
  disposeRosterAt,
  giveBack,
  Roster,
  rosterWords,
  setValue,
  valueOf,
  type Row,
} from './roster.js';
import { isDead } from './waitable.js';

/**
 * Who waits for a condition, and who of them has been notified:
 *
 *   word 0   line of those who wait
 *   word 1   NUMBER that the next one draws: who came first is notified first
 *   word 2.. a row for each that waits (roster.ts); its value is number << 2 | WAITING, NOTIFIED or LEAVING
 *
 * Rows are taken under the lock of the condition, and given back when the one who has waited holds that lock again. So a
 * notified one that dies before has had no use of it, and whoever sees that notifies the next one in its place.
 */
const LINE = 0;
const NUMBER = 1;
const ROSTER = 2;

const WAITING = 1;
const NOTIFIED = 2;
const LEAVING = 3;
const PHASE = 3;

const ROWS = 12;

export class Notices {
  readonly address: number;
  readonly line: Cell;
  private readonly roster: Roster;

  constructor(address: number) {
    this.address = address;
    attach(this, address);
    this.line = cellAt(address + LINE);
    this.roster = new Roster(address + ROSTER, ROWS);
  }

  static create(): Notices {
    return new Notices(createObject((ROSTER + rosterWords(ROWS)) * WORD, NOTICES));
  }

  /** The row of one who is going to wait. */
  enter(): Row {
    const { words, index } = this.line;
    const row = this.roster.take();
    setValue(row, (Atomics.add(words, index + NUMBER, 1) << 2) | WAITING);
    return row;
  }

  /** Notifies those who have waited longest; those who have died are not counted. */
  notify(count: number): void {
    const waiting = this.waiting();
    for (let place = 0, left = count; place < waiting.length && left > 0; place++) {
      const { row, who, value } = waiting[place]!;
      if (isDead(who, false)) this.clear(row, who, value);
      else if (changeValue(row, value, value - WAITING + NOTIFIED)) {
        callOnly(this.line, who);
        left--;
      }
    }
  }

  get waitingCount(): number {
    return this.waiting().length;
  }

  private waiting(): { row: Row; who: number; value: number }[] {
    const found: { row: Row; who: number; value: number }[] = [];
    this.roster.each((words, index, address) => {
      const value = Atomics.load(words, index + 1);
      if ((value & PHASE) === WAITING) found.push({ row: cellAt(address), who: words[index]!, value });
    });
    // Numbers wrap around: the difference tells the order.
    return found.toSorted((a, b) => (a.value - b.value) | 0);
  }

  /** Notifies others in place of those who were notified and have died. */
  passOn(patient: boolean): void {
    this.roster.each((words, index, address) => {
      const value = Atomics.load(words, index + 1);
      const who = Atomics.load(words, index);
      if (who !== 0 && isDead(who, patient)) this.clear(cellAt(address), who, value);
    });
  }

  /** `value` was read before it was seen whose row it is: with its number it cannot be taken for a later one's. */
  private clear(row: Row, dead: number, value: number): void {
    // Whoever has not notified it by now does not do so any more. Before it is adopted: one that is held up in here would
    // keep a notice that was meant for others.
    if ((value & PHASE) === WAITING) changeValue(row, value, value - WAITING + LEAVING);
    // Adopted before it is given back: should this one die over it, the row is again that of one who may have been notified.
    if (!adopt(row, dead)) return;
    if (isNotified(row)) this.notify(1);
    giveBack(row);
  }
}

export function isNotified(row: Row): boolean {
  return (valueOf(row) & PHASE) === NOTIFIED;
}

/** Says that nobody needs to notify this one any more; false when somebody has just done so. */
export function leave(row: Row): boolean {
  const value = valueOf(row);
  return (value & PHASE) === WAITING && changeValue(row, value, value - WAITING + LEAVING);
}

export { giveBack } from './roster.js';

disposeRosterAt(NOTICES, ROSTER);
