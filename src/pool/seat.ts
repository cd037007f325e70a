import { allocate, free } from '../memory/heap.js';
import { bytesAt, cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';

/**
 * The place of one worker:
 *
 *   word 0    HAND     the number of the task the worker has, or EMPTY, UNREADY, DOOMED
 *   word 1    ORDER    what the worker is to do: WAIT, WORK or LEAVE
 *   word 2    LINE     where a worker waits that has been told to WAIT
 *   word 3    GAZE     serial << 2 | AWAY, LOOKING or TAKING: whether the worker looks for tasks without being called
 *   word 4    WRITTEN  bytes of what follows that count
 *   word 5..  the last that the worker has written to stderr
 *
 * A kill can never hit another task than the one it is meant for. The worker writes a number into its hand when it takes
 * that task, and takes no other before it has itself turned that number into EMPTY. Whoever wants to end the task turns
 * the number into DOOMED first. Both do it by a compare-exchange on the same word, so exactly one of them succeeds:
 *
 *   worker: number -> EMPTY    it has finished; the one who wanted to kill sees another value, and kills nobody
 *   killer: number -> DOOMED   the worker, should it finish now, sees DOOMED and takes no more tasks: it waits for its end
 *
 * So between DOOMED and the death of the worker there is no task that the signal could hit but this one.
 *
 * A worker that has just been busy looks for the next task for a moment before it lies down, and says so before it puts its
 * result: the answer to that may be the next task. The pool then calls nobody: it would be another worker that is woken, in
 * vain, and takes the processor from those who have something to do. No task is
 * left lying by that. The pool sees LOOKING while there is no task; it puts one; it sees that very gaze once more, LOOKING
 * or already TAKING. The worker says AWAY before it looks for the last time, and the pool puts before it looks: one of the
 * two sees the other. When the worker leaves or dies instead, those who lie down are called.
 */
const HAND = 0;
const ORDER = 1;
const LINE = 2;
const GAZE = 3;
const WRITTEN = 4;
const TEXT = 5;
const SEAT_BYTES = 2048 - 16; // with a block's header a power of two
const TEXT_BYTES = SEAT_BYTES - TEXT * 4;

/** In the hand of a worker that has no task. No task has one of these for a number: see `isTaskNumber`. */
export const EMPTY = -1;
/** In the hand of a worker that has not come to its first task. */
export const UNREADY = -2;
/** In the hand of a worker that is being killed for what it has in hand. */
export const DOOMED = -3;

/** Numbers wrap, and so come by the values above, once in four billion tasks. */
export function isTaskNumber(number: number): boolean {
  return number > EMPTY || number < DOOMED;
}

const AWAY = 0;
const LOOKING = 1; // there was no task yet
const TAKING = 2; // there is one; what is taken first ends the gaze
const GAZE_BITS = 2;
const GAZE_PHASE = 3;

export const WAIT = 0;
export const WORK = 1;
export const LEAVE = 2;

export class Seat {
  readonly hand: Cell;
  readonly line: Cell;
  private readonly words: Int32Array;
  private readonly index: number;

  readonly address: number;

  constructor(address: number = allocate(SEAT_BYTES)) {
    const cell = cellAt(address);
    this.address = address;
    this.words = cell.words;
    this.index = cell.index;
    this.hand = cell;
    this.line = cellAt(address + LINE);
  }

  dispose(): void {
    free(this.address);
  }

  /** Makes it ready for a worker that is to be started. */
  lay(order: number): void {
    this.words[this.index + WRITTEN] = 0;
    this.lookAway();
    Atomics.store(this.words, this.index + ORDER, order);
    Atomics.store(this.words, this.index + HAND, UNREADY);
  }

  /** What the worker has written last. */
  get text(): string {
    const length = Math.min(this.words[this.index + WRITTEN]!, TEXT_BYTES);
    return Buffer.from(bytesAt(this.address + TEXT, length)).toString();
  }

  /** Keeps as much of the end of a text as there is room for. */
  set text(text: string) {
    const bytes = Buffer.from(text).subarray(-TEXT_BYTES);
    bytesAt(this.address + TEXT, bytes.length).set(bytes);
    Atomics.store(this.words, this.index + WRITTEN, bytes.length);
  }

  get held(): number {
    return Atomics.load(this.words, this.index + HAND);
  }

  /** The worker's first step: from now on it may take tasks. */
  sitDown(): void {
    Atomics.store(this.words, this.index + HAND, EMPTY);
  }

  /** The worker has finished the task; false when it is to be killed for it. */
  putDown(number: number): boolean {
    return Atomics.compareExchange(this.words, this.index + HAND, number, EMPTY) === number;
  }

  /** False when the worker has finished the task meanwhile. */
  doom(number: number): boolean {
    return Atomics.compareExchange(this.words, this.index + HAND, number, DOOMED) === number;
  }

  /** The worker looks from now on, and has seen nothing yet. */
  look(): void {
    const serial = (this.words[this.index + GAZE]! >> GAZE_BITS) + 1;
    Atomics.store(this.words, this.index + GAZE, (serial << GAZE_BITS) | LOOKING);
  }

  /** The worker has seen a task, and is about to take it. */
  reach(): void {
    this.words[this.index + GAZE] = (this.words[this.index + GAZE]! & ~GAZE_PHASE) | TAKING;
  }

  /** The worker has to be called from now on. */
  lookAway(): void {
    Atomics.store(this.words, this.index + GAZE, this.words[this.index + GAZE]! & ~GAZE_PHASE);
  }

  /** By which to ask `isLooking` after a task has been put; undefined when the worker does not look. */
  get gaze(): number | undefined {
    const gaze = Atomics.load(this.words, this.index + GAZE);
    return (gaze & GAZE_PHASE) === LOOKING ? gaze : undefined;
  }

  /** Whether the worker is still about to take what is put first. */
  isLooking(gaze: number): boolean {
    const now = Atomics.load(this.words, this.index + GAZE);
    return now >> GAZE_BITS === gaze >> GAZE_BITS && (now & GAZE_PHASE) !== AWAY;
  }

  get order(): number {
    return Atomics.load(this.words, this.index + ORDER);
  }

  /** Whoever may wait for a task has to be called in the line of tasks as well. */
  set order(order: number) {
    Atomics.store(this.words, this.index + ORDER, order);
    call(this.line, Infinity);
  }
}
