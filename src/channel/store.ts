import { OSError } from '../errors.js';
import { allocate, blockBytes, free } from '../memory/heap.js';
import { parcelLength, storeParcel } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';
import { Mutex } from '../sync/mutex.js';
import { copy, copyOut, Window } from './window.js';

/**
 * Messages in shared memory, first in, first out, from any number of processes to any number of processes. What is put
 * is stored: there is no thread that has to live on, and no size at which things change.
 *
 *   words 0, 1   the mutex of those who put             words 2, 3   the mutex of those who take
 *   word  4      PUT: how many were ever put (wraps)    word  5      TAKEN: how many were ever taken
 *   word  6      line of those who wait for a message   word  7      line of those who wait for room
 *   word  8      LIMIT on the messages held, or 0       word  9      SPARE: an empty chunk to be used next, or 0
 *   words 10..13 TAILS: where the next message goes, as chunk and offset, twice; PUT & 1 says which pair is true
 *   words 14..17 HEADS: where the first message lies, likewise with TAKEN
 *
 * A chunk is a block of messages one behind the other, each with four words before it: its length, an address (of the
 * parcel, when LONG stands for the length, or of the next chunk, when it is LINK), and two words for the sender's use.
 *
 * A change is made by one store: the one to PUT or TAKEN, which makes the pair written before it the true one. One who
 * dies before that store has changed nothing, so the next holder of a dead one's mutex just goes on.
 */
const PUT = 4;
const TAKEN = 5;
const MESSAGES_LINE = 6;
const ROOM_LINE = 7;
const LIMIT = 8;
const SPARE = 9;
const TAILS = 10;
const HEADS = 14;
const STORE_BYTES = 18 * 4;

const LONG = -1;
const LINK = -2;
const PREFIX = 16;
const FIRST_CHUNK = 4 * 1024 - 16; // with a block's header it fills a power of two
const CHUNK = 64 * 1024 - 16;
const LONGEST_INLINE = 8 * 1024;

/** A message that has been taken. */
export interface Taken {
  /** The bytes, until the next `take` overwrites them; undefined when they are in a parcel, which is now ours. */
  readonly bytes: Uint8Array | undefined;
  readonly parcel: number;
  /** How many were taken before it (wraps). */
  readonly number: number;
  /** The sender's two words. */
  readonly tag: number;
  readonly note: number;
}

export class Store {
  readonly address: number;
  /** Called when a message has come. */
  readonly messages: Cell;
  /** Called when room has been made, in a store with a limit. */
  readonly room: Cell;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly putting: Mutex;
  private readonly taking: Mutex;
  private readonly tail = new Window();
  private readonly head = new Window();

  constructor(address: number) {
    this.address = address;
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.putting = new Mutex(address);
    this.taking = new Mutex(address + 2);
    this.messages = cellAt(address + MESSAGES_LINE);
    this.room = cellAt(address + ROOM_LINE);
  }

  static create(limit: number): Store {
    const address = allocate(STORE_BYTES);
    const { words, index } = cellAt(address);
    const chunk = allocate(FIRST_CHUNK);
    words[index + LIMIT] = limit;
    words[index + TAILS] = chunk;
    words[index + HEADS] = chunk;
    return new Store(address);
  }

  /** Gives the memory back, with all messages in it. Nobody may use the store afterwards, in any process. */
  dispose(): void {
    for (let taken = this.take(); taken !== undefined; taken = this.take())
      if (taken.bytes === undefined) free(taken.parcel);
    const spare = this.words[this.base + SPARE]!;
    if (spare !== 0) free(spare);
    free(this.words[this.base + HEADS + (this.words[this.base + TAKEN]! & 1) * 2]!);
    free(this.address);
  }

  /** Whether the message with this number has been taken; the numbers count from 0, and wrap. */
  wasTaken(number: number): boolean {
    return ((Atomics.load(this.words, this.base + TAKEN) - number) | 0) > 0;
  }

  /** How many messages were ever put (wraps). */
  get puts(): number {
    return Atomics.load(this.words, this.base + PUT);
  }

  get size(): number {
    return (Atomics.load(this.words, this.base + PUT) - Atomics.load(this.words, this.base + TAKEN)) | 0;
  }

  get limit(): number {
    return this.words[this.base + LIMIT]!;
  }

  isFull(): boolean {
    return this.limit > 0 && this.size >= this.limit;
  }

  /** Stores a message, unless the store is full. */
  put(bytes: Uint8Array, tag = 0, note = 0): boolean {
    if (this.isFull()) return false;
    if (bytes.length > LONGEST_INLINE) return this.putLong(bytes, tag, note);
    this.putting.lockSync();
    try {
      if (this.isFull()) return false;
      this.append(bytes.length, bytes, 0, tag, note);
    } finally {
      this.putting.release();
    }
    call(this.messages);
    return true;
  }

  private putLong(bytes: Uint8Array, tag: number, note: number): boolean {
    const parcel = storeParcel(bytes); // not under the mutex: it takes its time
    let stored = false;
    this.putting.lockSync();
    try {
      if (!this.isFull()) {
        this.append(LONG, undefined, parcel, tag, note);
        stored = true;
      }
    } finally {
      this.putting.release();
    }
    if (stored) call(this.messages);
    else free(parcel);
    return stored;
  }

  private append(length: number, bytes: Uint8Array | undefined, parcel: number, tag: number, note: number): void {
    const { words, base, tail } = this;
    const count = words[base + PUT]!;
    const now = base + TAILS + (count & 1) * 2;
    const next = base + TAILS + ((count + 1) & 1) * 2;
    tail.show(words[now]!);
    let offset = words[now + 1]!;
    const inline = bytes === undefined ? 0 : bytes.length;
    // Behind each message there is room for the link to the next chunk.
    if (offset + PREFIX + inline + PREFIX > tail.bytes.length) {
      const chunk = this.takeSpare();
      tail.write(offset, LINK, chunk, 0, 0);
      tail.show(chunk);
      offset = 0;
    }
    tail.write(offset, length, parcel, tag, note);
    if (bytes !== undefined) copy(bytes, tail.bytes, offset + PREFIX);
    words[next] = tail.address;
    words[next + 1] = align(offset + PREFIX + inline);
    Atomics.store(words, base + PUT, (count + 1) | 0);
  }

  private takeSpare(): number {
    return Atomics.exchange(this.words, this.base + SPARE, 0) || allocate(CHUNK);
  }

  /**
   * Takes the first message; undefined when there is none. Its number stands in `hand` before it is taken: should the
   * taker die, that says what it had. A message of more than `longest` bytes stays.
   *
   * @throws {OSError} ERR_MESSAGE_LENGTH
   */
  take(hand?: Cell, longest = Infinity): Taken | undefined {
    const { words, base } = this;
    if (Atomics.load(words, base + PUT) === Atomics.load(words, base + TAKEN)) return undefined;
    this.taking.lockSync();
    let taken: Taken | undefined;
    try {
      taken = this.remove(hand, longest);
    } finally {
      this.taking.release();
    }
    if (this.limit > 0 && taken !== undefined) call(this.room);
    return taken;
  }

  /** Like `take`, for one who may not get to the message before others take theirs: its bytes are its own. */
  takeToKeep(hand?: Cell): Taken | undefined {
    const taken = this.take(hand);
    return taken?.bytes === undefined ? taken : { ...taken, bytes: taken.bytes.slice() };
  }

  private remove(hand: Cell | undefined, longest: number): Taken | undefined {
    const { words, base, head } = this;
    const count = words[base + TAKEN]!;
    if (Atomics.load(words, base + PUT) === count) return undefined;
    const now = base + HEADS + (count & 1) * 2;
    const next = base + HEADS + ((count + 1) & 1) * 2;
    head.show(words[now]!);
    let offset = words[now + 1]!;
    let emptied = 0;
    if (head.lengthAt(offset) === LINK) {
      emptied = head.address;
      head.show(head.addressAt(offset));
      offset = 0;
    }
    const length = head.lengthAt(offset);
    if (longest !== Infinity) refuseLonger(longest, length === LONG ? parcelLength(head.addressAt(offset)) : length);
    const taken = {
      bytes: length === LONG ? undefined : copyOut(head.bytes, offset + PREFIX, length),
      parcel: head.addressAt(offset),
      number: count,
      tag: head.tagAt(offset),
      note: head.noteAt(offset),
    };
    if (hand) Atomics.store(hand.words, hand.index, count);
    words[next] = head.address;
    words[next + 1] = align(offset + PREFIX + Math.max(0, length));
    Atomics.store(words, base + TAKEN, (count + 1) | 0);
    if (emptied !== 0) this.putSpare(emptied);
    return taken;
  }

  private putSpare(chunk: number): void {
    if (blockBytes(chunk).length < CHUNK || Atomics.compareExchange(this.words, this.base + SPARE, 0, chunk) !== 0)
      free(chunk);
  }
}

function refuseLonger(longest: number, length: number): void {
  if (length > longest)
    throw new OSError('ERR_MESSAGE_LENGTH', `bad message length: expected at most ${longest} bytes, got ${length}`);
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
