import { EXTENT, KIND, OWNER, PARCEL, PARCEL_BACK, PARCEL_NEXT, SHARED } from './blocks.js';
import { cellAt } from './program.js';
import { call } from './waiters.js';

/**
 * A message that has been taken is in the hands of the one who took it before that one has got anything of it. Should it
 * die in between, the message goes back to its store, before all others:
 *
 *   parcel   BACK   the store, from before it is taken until the taker has what it holds
 *            NEXT   the next one that has gone back to the same store, or 0
 *   store    words RETURNS_LINE, RETURNS_FIRST and RETURNS_COUNT: whom to call, the first parcel, and how many there are
 *
 * Everything here is called under the heap's lock, and may be repeated by the next one when the one who does it dies.
 */
export const RETURNS_LINE = 0;
export const RETURNS_FIRST = 1;
export const RETURNS_COUNT = 2;

/** Not under the lock: the parcel is the caller's own, or in the caller's hand. */
export function setWayBack(parcel: number, store: number): void {
  const { words, index } = cellAt(parcel);
  words[index + PARCEL_BACK] = store;
}

export function forgetWayBack(parcel: number): void {
  setWayBack(parcel, 0);
}

/** Puts a block of a dead process back where it came from; false when it is no message, or has no way back. */
export function goBack(address: number): boolean {
  const { words, index } = cellAt(address);
  const kind = words[index + KIND];
  const back = kind === PARCEL || kind === EXTENT ? words[index + PARCEL_BACK]! : 0;
  if (back === 0) return false;
  const store = cellAt(back);
  // A store that nobody else knows goes with its process.
  if (store.words[store.index + OWNER] !== SHARED) return false;
  if (!hasReturned(back, address)) {
    words[index + PARCEL_NEXT] = store.words[store.index + RETURNS_FIRST]!;
    store.words[store.index + RETURNS_FIRST] = address;
  }
  count(back);
  call(cellAt(back + RETURNS_LINE));
  words[index + OWNER] = SHARED; // from now on nobody repeats it
  words[index + PARCEL_BACK] = 0;
  return true;
}

/** Whether somebody has put it there already who died over it, or has died taking it. */
function hasReturned(back: number, address: number): boolean {
  for (let parcel = firstReturned(back); parcel !== 0; parcel = nextReturned(parcel))
    if (parcel === address) return true;
  return false;
}

/** Takes the first parcel that has gone back to a store, for `owner`; 0 when there is none. */
export function takeReturned(back: number, own: (parcel: number) => void): number {
  const store = cellAt(back);
  const parcel = store.words[store.index + RETURNS_FIRST]!;
  if (parcel === 0) return 0;
  setWayBack(parcel, back);
  own(parcel);
  const { words, index } = cellAt(parcel);
  store.words[store.index + RETURNS_FIRST] = words[index + PARCEL_NEXT]!;
  words[index + PARCEL_NEXT] = 0;
  count(back);
  return parcel;
}

/** Counted anew each time: a number that is added to could be added to twice. */
function count(back: number): void {
  let found = 0;
  for (let parcel = firstReturned(back); parcel !== 0; parcel = nextReturned(parcel)) found++;
  const store = cellAt(back);
  Atomics.store(store.words, store.index + RETURNS_COUNT, found);
}

function firstReturned(back: number): number {
  const { words, index } = cellAt(back);
  return words[index + RETURNS_FIRST]!;
}

function nextReturned(parcel: number): number {
  const { words, index } = cellAt(parcel);
  return words[index + PARCEL_NEXT]!;
}
