import { inForkedChild } from '../system/generation.js';
import { heldElsewhere, releasesSeen } from './holdings.js';

/**
 * Objects that stand for something of this process's own, which it keeps while others can come by it: what they refer to is
 * the object, in whatever process, and so do the messages that mention it. Nothing is counted, so nobody's death leaves a
 * count that is wrong: the lender looks through the references that exist.
 */
interface Loan {
  readonly returned: () => void;
  /** What keeps the object for a message that has been written and, perhaps, is not stored yet. */
  readonly travellers: Set<WeakRef<object>>;
}

const loans = new Map<number, Loan>();
let timer: NodeJS.Timeout | undefined;
let seen = '';

/** Calls `returned` once nobody outside of this process refers to the object, which is about to travel. */
export function lend(address: number, returned: () => void): void {
  if (loans.has(address)) return;
  loans.set(address, { returned, travellers: new Set() });
  timer ??= setInterval(look, INTERVAL).unref();
}

/** Says what a message that mentions the object keeps until it is stored. */
export function noteTraveller(address: number, traveller: object): void {
  loans.get(address)?.travellers.add(new WeakRef(traveller));
}

/** For who has learned in another way that nobody will come. */
export function endLoan(address: number): void {
  loans.delete(address);
}

inForkedChild(() => {
  loans.clear(); // the parent's
  timer = undefined;
});

/** A search costs as much as there is in the heap: it is made only when some reference has gone. */
const INTERVAL = 50;
/** And for no more than this part of the time. */
const SHARE = 0.05;
let restUntil = 0;

function look(): void {
  if (loans.size === 0) return rest();
  const now = performance.now();
  const state = releasesSeen();
  if (now < restUntil || (!someHaveArrived() && state === seen)) return;
  seen = state; // before the search: what goes meanwhile is looked for again
  const elsewhere = heldElsewhere(loans);
  for (const [address, loan] of loans) {
    if (elsewhere.has(address) || loan.travellers.size > 0) continue;
    loans.delete(address);
    loan.returned();
  }
  restUntil = performance.now() + (performance.now() - now) / SHARE;
}

function rest(): void {
  clearInterval(timer);
  timer = undefined;
  seen = '';
}

/** Whether what was written for some message is the message's alone by now. */
function someHaveArrived(): boolean {
  let some = false;
  for (const { travellers } of loans.values()) {
    if (travellers.size === 0) continue;
    for (const traveller of travellers) if (traveller.deref() === undefined) travellers.delete(traveller);
    some ||= travellers.size === 0;
  }
  return some;
}
