import { SHARED } from './blocks.js';
import { handOver, underHeapLock } from './heap.js';
import { cellAt, header, type Cell } from './program.js';
import { own, ownerOf } from './owners.js';
import { forgetWayBack, setWayBack } from './returns.js';
import {
  HAND,
  HAND_COUNTER,
  HAND_NUMBER,
  HAND_WAY,
  indexOf,
  isGone,
  readSlot,
  self,
  slotBase,
  slotsInUse,
} from './slots.js';

/**
 * A parcel belongs to the process that made it, then to nobody while it lies in a store, then to the one who took it. The
 * one store that puts or takes a message cannot change its owner too; so who does it says before what it has in hand:
 *
 *   slot   HAND     the parcel, or 0 when nothing is in hand
 *          WAY      GIVE into a store, or TAKE from it
 *          COUNTER  address of the word that counts the messages put, or taken
 *          NUMBER   what it says while that has not happened
 *
 * When a process dies with a parcel in hand, the counter tells on which side the parcel is. It cannot have moved on: to
 * count on, another has to take over the dead one's mutex, and settles its hand first.
 */
const GIVE = 0;
const TAKE = 1;

/** Puts a parcel that is this process's own into a store; `change` counts it. */
export function give(parcel: number, counter: Cell, change: () => void): void {
  takeInHand(parcel, counter, GIVE);
  handOver(parcel, SHARED);
  change();
  letOut();
}

/** Takes a parcel out of a store; `change` counts it. It is this process's own then. */
export function receive(parcel: number, counter: Cell, change: () => void): void {
  takeInHand(parcel, counter, TAKE);
  change();
  handOver(parcel, self());
  letOut();
}

/** Takes a parcel out of a store, to which it goes back unless `arrive` is called. */
export function receiveWithWayBack(parcel: number, store: number, counter: Cell, change: () => void): void {
  takeInHand(parcel, counter, TAKE);
  setWayBack(parcel, store);
  change();
  handOver(parcel, self());
  letOut();
}

/** Takes what has been copied into a parcel of this process's own out of a store, likewise. */
export function copyWithWayBack(copy: number, store: number, counter: Cell, change: () => void): void {
  takeInHand(copy, counter, TAKE);
  setWayBack(copy, store);
  change();
  letOut();
}

function takeInHand(parcel: number, { words, index, address }: Cell, way: number): void {
  const slot = header();
  const base = slotBase(indexOf(self()));
  slot[base + HAND_WAY] = way;
  slot[base + HAND_COUNTER] = address;
  slot[base + HAND_NUMBER] = words[index]!;
  Atomics.store(slot, base + HAND, parcel);
}

function letOut(): void {
  Atomics.store(header(), slotBase(indexOf(self())) + HAND, 0);
}

/**
 * Under the heap's lock: makes the parcel that a dead process had in hand its own, unless it lies in a store. So it goes
 * with the dead one's other blocks, or goes back, which may be repeated: should the one who does this die, HAND still says
 * what is to be done, and afterwards OWNER does.
 */
export function settleHand(id: number): void {
  const slot = header();
  const base = slotBase(indexOf(id));
  const parcel = slot[base + HAND]!;
  if (parcel === 0) return;
  const { words, index } = cellAt(slot[base + HAND_COUNTER]!);
  const hasHappened = words[index] !== slot[base + HAND_NUMBER];
  if (slot[base + HAND_WAY] === GIVE ? !hasHappened : hasHappened) {
    if (ownerOf(parcel) === SHARED) own(parcel, id);
  } else if (!hasHappened) {
    forgetWayBack(parcel); // it is still in the store. One that was given may be another one's by now
  }
  slot[base + HAND] = 0;
}

/** For the one who has taken over a mutex from a dead process, before it changes what the mutex guards. */
export function settleHandsAt(counter: Cell): void {
  underHeapLock(() => {
    for (const id of slotsInUse()) {
      // While it has something in hand and the lock is ours, nobody can give its slot to another one.
      if (readSlot(id, HAND) && readSlot(id, HAND_COUNTER) === counter.address && isGone(id)) settleHand(id);
    }
  });
}
