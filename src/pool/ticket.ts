import { allocate, free } from '../memory/heap.js';
import { cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';

/**
 * What pool and worker share about one task while it is under way, eight words:
 *
 *   word 0      STATE    QUEUED, CANCELLED, or RUNNING or ABORTED with the worker's number above it
 *   word 1      JOB      address of the parcel of the function to call
 *   word 2      ABORT    line where the worker waits for an abort
 *   word 3      READ     how many of the parts that it has yielded have been read
 *   words 4, 5  STARTED  when the worker began (milliseconds of the machine's clock), or came to the present item
 *   word 6      TOOK     for how many milliseconds it ran, as a 32-bit float
 *   word 7      ROOM     line where the worker waits for what it has yielded to be read
 *
 * A queued task is cancelled by one compare-exchange, QUEUED to CANCELLED, and begun by one, QUEUED to RUNNING: it is one
 * or the other. A ticket belongs to its task until the worker has answered (DONE, FAILED, SKIPPED) or is dead and buried,
 * so nothing that is written into it can concern another task.
 */
const STATE = 0;
const JOB = 1;
const ABORT = 2;
const READ = 3;
const STARTED = 2; // in 64-bit words
const TOOK = 6;
const ROOM = 7;
const TICKET_WORDS = 8;

const QUEUED = 0;
const CANCELLED = 1;
const RUNNING = 2;
const ABORTED = 3;
const STATE_BITS = 2;

const NOTHING = new Int32Array(0);

/** A ticket as one process sees it. */
export class Ticket {
  address = 0;
  private words: Int32Array = NOTHING;
  private index = 0;

  /** Shows another ticket in this object. */
  show(address: number): this {
    const { words, index } = cellAt(address);
    this.address = address;
    this.words = words;
    this.index = index;
    return this;
  }

  get job(): number {
    return this.words[this.index + JOB]!;
  }

  get abortLine(): Cell {
    return cellAt(this.address + ABORT);
  }

  get roomLine(): Cell {
    return cellAt(this.address + ROOM);
  }

  /** For a task that is about to be queued, for the first time or once more. */
  write(job: number): void {
    const { words, index } = this;
    for (let word = index; word < index + TICKET_WORDS; word++) words[word] = 0;
    words[index + JOB] = job;
  }

  /** False when the task has been cancelled. */
  begin(worker: number, time: number): boolean {
    this.startedAt = time;
    const running = RUNNING | (worker << STATE_BITS);
    return Atomics.compareExchange(this.words, this.index + STATE, QUEUED, running) === QUEUED;
  }

  /** Cancels the task if it has not begun; false when it has, or when it was cancelled before. */
  cancel(): boolean {
    return Atomics.compareExchange(this.words, this.index + STATE, QUEUED, CANCELLED) === QUEUED;
  }

  /** Asks a task that runs to end; false when it does not run. */
  abort(): boolean {
    const { words, index } = this;
    const state = Atomics.load(words, index + STATE);
    if ((state & ABORTED) !== RUNNING) return false;
    if (Atomics.compareExchange(words, index + STATE, state, state | ABORTED) !== state) return false;
    call(this.abortLine, Infinity);
    call(this.roomLine, Infinity);
    return true;
  }

  get isAborted(): boolean {
    return (Atomics.load(this.words, this.index + STATE) & ABORTED) === ABORTED;
  }

  get hasBegun(): boolean {
    return (Atomics.load(this.words, this.index + STATE) & RUNNING) === RUNNING;
  }

  /** The number of the worker that runs the task. */
  get worker(): number {
    return Atomics.load(this.words, this.index + STATE) >> STATE_BITS;
  }

  get partsRead(): number {
    return Atomics.load(this.words, this.index + READ);
  }

  countPartRead(): void {
    Atomics.add(this.words, this.index + READ, 1);
    call(this.roomLine, Infinity);
  }

  get startedAt(): number {
    viewsOf(this.words);
    return lastTimes[(this.index >> 1) + STARTED]!;
  }

  set startedAt(time: number) {
    viewsOf(this.words);
    lastTimes[(this.index >> 1) + STARTED] = time;
  }

  get took(): number {
    viewsOf(this.words);
    return lastSpans[this.index + TOOK]!;
  }

  set took(milliseconds: number) {
    viewsOf(this.words);
    lastSpans[this.index + TOOK] = milliseconds;
  }
}

let lastWords: Int32Array | undefined;
let lastTimes: Float64Array = new Float64Array(0);
let lastSpans: Float32Array = new Float32Array(0);

/** The same memory as floats. Blocks begin at even words, and so do tickets. */
function viewsOf(words: Int32Array): void {
  if (words === lastWords) return;
  lastWords = words;
  lastTimes = new Float64Array(words.buffer);
  lastSpans = new Float32Array(words.buffer);
}

const SLAB_TICKETS = 255; // with a block's header a power of two
const WORD = 4;

/** Gives tickets out, and takes them back; the memory is kept for the next ones. */
export class Tickets {
  readonly #slabs: number[] = [];
  readonly #free: Ticket[] = [];

  take(): Ticket {
    if (this.#free.length === 0) this.#addSlab();
    return this.#free.pop()!;
  }

  giveBack(ticket: Ticket): void {
    this.#free.push(ticket);
  }

  dispose(): void {
    for (const slab of this.#slabs) free(slab);
  }

  #addSlab(): void {
    const slab = allocate(SLAB_TICKETS * TICKET_WORDS * WORD);
    this.#slabs.push(slab);
    for (let place = SLAB_TICKETS - 1; place >= 0; place--)
      this.#free.push(new Ticket().show(slab + place * TICKET_WORDS));
  }
}
