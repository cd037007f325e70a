import { RuntimeError } from '../errors.js';
import { isRunning, ownStartTime, type StartTime } from '../system/life.js';
import { MAIN_SLOT, SLOT_COUNT, SLOT_WORDS, SLOTS, SLOTS_USED } from './layout.js';
import { header } from './program.js';

/**
 * The process table. Whatever is held, waited for or in hand anywhere in shared memory names a slot by its *id*:
 *
 *   id = generation * 1024 + index        (never 0; the generation changes whenever the slot is given to a new process)
 *
 * so that the name of a dead process is never mistaken for its successor's. A slot goes through
 *
 *   FREE -> -id of the one who fills it -> STARTING -> RUNNING -> ENDED -> FREE
 *
 * and one in which a process stands by that has been forked ahead (standing.ts) through
 *
 *   FREE -> -id of its fork server -> STANDING -> -id of the one who fills it -> ...
 *
 * A thread that takes part in the program has a slot as a process has; PID is its thread id then. The kernel knows a thread
 * by that number as it knows a process: when it has started, that it is gone, and its descriptors.
 *
 * The creator claims and frees it; the process itself makes it RUNNING; whoever collects its exit makes it ENDED.
 */
export const STANDING = -1; // and no id, which are greater
export const FREE = 0;
export const STARTING = 1;
export const RUNNING = 2;
export const ENDED = 3;

/** Words of a slot. */
export const STATE = 0;
export const GENERATION = 1;
export const PID = 2;
export const START_TIME = 3;
export const CREATOR = 4; // id
export const EXIT = 5; // 0 while it runs, then EXIT_BIAS + exit code; a thread writes it itself, as its last act
export const DOORBELL = 6; // descriptor of its doorbell + 1; 0: none yet
export const RUNG = 7; // 1: its doorbell has been rung and it has not looked yet
export const ENTRIES_USED = 8; // entries in which it may wait; those with a higher number are idle
export const BOOT = 9; // address of what it is to run
export const SERVER = 10; // id of the fork server that forks for it, or 0
export const BLOCKS_OWNED = 11; // blocks of the heap that die with it
export const LUGGAGE = 13; // address of what its target needs, or 0
export const NOTES = 14; // address of what it says of its long waits, or 0; see sync/notes.ts
export const LABEL = 17; // address of a thread's label (label.ts); 0: a process
export const LEAVING = 15; // 1: a thread that is to end; it must not sleep where only the kernel can wake it
export const DONE = 16; // 1: its own code has ended, and only its threads go on
export const STOP = 18; // a thread or coroutine: how it is to end, said by others than its creator, or 0; see process/stop.ts
export const BELL = 19; // two words: the read and the write end of its doorbell, from the moment that they are open
export const TARGET = 21; // stands for the target's message among its creator's, or 0: its target has none; see process/prepare.ts
export const SPARE = 22; // a fork server: id of the slot in which its process stands by, or did
export const LINE = 12; // those who wait for something of this slot: its start, its end, an answer of it
export const HOLDINGS = 24; // address of the first page of what it refers to, or 0; see holdings.ts
export const HAND = 25; // address of a parcel that it is passing on, or 0; see hand.ts
export const HAND_WAY = 26;
export const HAND_COUNTER = 27;
export const HAND_NUMBER = 28;

export const EXIT_BIAS = 1024;

const INDEX_MASK = SLOT_COUNT - 1;
const INDEX_BITS = 10;
const LAST_GENERATION = 2 ** 20;

/** An id that nobody has or had: slot 0 is never given out. */
export const NOBODY = 2 << INDEX_BITS;

export function slotBase(index: number): number {
  return SLOTS + index * SLOT_WORDS;
}

export function indexOf(id: number): number {
  return id & INDEX_MASK;
}

export function idOf(index: number): number {
  return (header()[slotBase(index) + GENERATION]! << INDEX_BITS) | index;
}

/** Gives a word of a slot, or undefined when the slot belongs to another process by now. */
export function readSlot(id: number, word: number): number | undefined {
  const value = Atomics.load(header(), slotBase(indexOf(id)) + word);
  return idOf(indexOf(id)) === id ? value : undefined;
}

/** Takes a free slot and leaves it half open: nobody looks into it until `publishSlot`. */
export function claimSlot(claimer: number): number {
  const words = header();
  for (let index = 1; index < SLOT_COUNT; index++) {
    const base = slotBase(index);
    raise(words, SLOTS_USED, index + 1); // first: whoever buries a claimer that dies here looks no further
    if (Atomics.compareExchange(words, base + STATE, FREE, -claimer) !== FREE) continue;
    words.fill(0, base + PID, base + SLOT_WORDS);
    words[base + CREATOR] = claimer;
    return idOf(index);
  }
  throw new RuntimeError('ERR_TOO_MANY_PROCESSES', `a program can have at most ${SLOT_COUNT - 1} processes at a time`);
}

export function publishSlot(id: number): void {
  Atomics.store(header(), slotBase(indexOf(id)) + STATE, STARTING);
}

/** Only for the one who claimed it, or, under the heap's lock, for those who bury the one who did: there may be several. */
export function freeSlot(id: number): void {
  const words = header();
  const base = slotBase(indexOf(id));
  words[base + GENERATION] = (words[base + GENERATION]! + 1) % LAST_GENERATION;
  Atomics.store(words, base + STATE, FREE);
}

/** Whoever is named may have given its slot to another one by the time that the caller looks: read it by `readSlot`. */
export function* slotsInUse(): Generator<number> {
  const words = header();
  const used = Atomics.load(words, SLOTS_USED);
  for (let index = 1; index < used; index++) {
    if (Atomics.load(words, slotBase(index) + STATE) > FREE) yield idOf(index);
  }
}

/** The slots of a state: of -id, those that a process has claimed and not yet published. */
export function* slotsIn(state: number): Generator<number> {
  const words = header();
  const used = Atomics.load(words, SLOTS_USED);
  for (let index = 1; index < used; index++) {
    if (Atomics.load(words, slotBase(index) + STATE) === state) yield idOf(index);
  }
}

/** Raises a shared high-water mark. */
function raise(words: Int32Array, index: number, value: number): void {
  for (let seen = Atomics.load(words, index); seen < value;) {
    const before = Atomics.compareExchange(words, index, seen, value);
    if (before === seen) return;
    seen = before;
  }
}

let me = 0;

/** The id of this process's own slot; the main process of a program takes one when it first needs it. */
export function self(): number {
  return me !== 0 ? me : enterAsMain();
}

function enterAsMain(): number {
  const words = header();
  const startTime = ownStartTime(); // first: it may fail
  for (let index = 0; index < SLOT_COUNT; index++) words[slotBase(index) + GENERATION] = 1;
  const id = claimSlot(idOf(0));
  words[MAIN_SLOT] = id;
  recordProcess(id, process.pid, startTime);
  return (me = id);
}

/** Makes `id` the slot of this process, or of this thread of it: in the kernel's eyes a thread has a pid of its own. */
export function enterSlot(id: number, pid = process.pid): void {
  recordProcess(id, pid, ownStartTime(pid));
  me = id;
}

/** Makes `id` the slot of this process, which its fork server has recorded. */
export function inheritSlot(id: number): void {
  me = id;
}

/** Says which process a slot belongs to. */
export function recordProcess(id: number, pid: number, startTime: StartTime): void {
  const words = header();
  const base = slotBase(indexOf(id));
  words[base + START_TIME] = startTime;
  Atomics.store(words, base + PID, pid);
  Atomics.store(words, base + STATE, RUNNING);
}

/** Whether the process that `id` names is known to have ended. Only looks at the table. */
export function hasEnded(id: number): boolean {
  const state = Atomics.load(header(), slotBase(indexOf(id)) + STATE);
  return idOf(indexOf(id)) !== id || state === ENDED || state === FREE;
}

/** Whether the process that `id` names is gone, or so far ended that it does nothing any more. Asks the kernel: some microseconds. */
export function isGone(id: number): boolean {
  const words = header();
  const base = slotBase(indexOf(id));
  const state = Atomics.load(words, base + STATE);
  const pid = Atomics.load(words, base + PID);
  const startTime = Atomics.load(words, base + START_TIME);
  const said = Atomics.load(words, base + EXIT) !== 0;
  // Of one that has not entered yet, one of the two may be there before the other.
  const isKnown = state === RUNNING || (state === STARTING && pid !== 0 && startTime !== 0);
  return said || hasEnded(id) || (isKnown && !isRunning(pid, startTime));
}
