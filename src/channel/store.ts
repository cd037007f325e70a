import { OSError } from '../errors.js';
import { give, receive, receiveWithWayBack, settleHandsAt } from '../memory/hand.js';
import { allocate, blockBytes, free, SHARED, take, underHeapLock } from '../memory/heap.js';
import { mentionsOf } from '../memory/letter.js';
import { createObject, STORE } from '../memory/objects.js';
import { afterwards, parcelLength, storeParcel } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { onDisposal, own } from '../memory/release.js';
import { takeReturned } from '../memory/returns.js';
import { call } from '../memory/waiters.js';
import { Mutex } from '../sync/mutex.js';
import { Copy } from './copy.js';
import { disposeStore } from './disposal.js';
import {
  align,
  HEADS,
  LIMIT,
  LINK,
  LONG,
  MESSAGES_LINE,
  PREFIX,
  PUT,
  RETURNED,
  RETURNED_COUNT,
  ROOM_LINE,
  SPARE,
  STORE_BYTES,
  TAILS,
  TAKEN,
} from './store-layout.js';
import { copy, copyOut, Window } from './window.js';

const FIRST_CHUNK = 4 * 1024 - 16; // with a block's header it fills a power of two
const CHUNK = 64 * 1024 - 16;
const LONGEST_INLINE = 8 * 1024 - 48; // and as a parcel

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

/** What has been made of a message, in a box: no message at all is told from the value `undefined`. */
export interface Received<T> {
  readonly value: T;
}

const NOTHING: Taken = { bytes: undefined, parcel: 0, number: 0, tag: 0, note: 0 };

/** Messages in shared memory, first in, first out. What lies where is drawn in store-layout.ts. */
export class Store {
  readonly address: number;
  /** Called when a message has come. */
  readonly messages: Cell;
  /** Called when room has been made, in a store with a limit. */
  readonly room: Cell;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly putCount: Cell;
  private readonly takenCount: Cell;
  private readonly putting: Mutex;
  private readonly taking: Mutex;
  private readonly tail = new Window();
  private readonly head = new Window();

  constructor(address: number) {
    this.address = address;
    const { words, index } = cellAt(address);
    this.words = words;
    this.base = index;
    this.putCount = cellAt(address + PUT);
    this.takenCount = cellAt(address + TAKEN);
    this.putting = new Mutex(address);
    this.taking = new Mutex(address + 2);
    this.messages = cellAt(address + MESSAGES_LINE);
    this.room = cellAt(address + ROOM_LINE);
  }

  static create(limit: number): Store {
    const address = createObject(STORE_BYTES, STORE, (store) => {
      const { words, index } = cellAt(store);
      words[index + LIMIT] = limit;
      words[index + TAILS] = words[index + HEADS] = take(FIRST_CHUNK, SHARED);
    });
    return new Store(address);
  }

  /** Gives a store that has not travelled back, with all messages in it. Nobody may use it afterwards, in any process. */
  dispose(): void {
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
    const { words, base } = this;
    const waiting = (Atomics.load(words, base + PUT) - Atomics.load(words, base + TAKEN)) | 0;
    return waiting + Atomics.load(words, base + RETURNED_COUNT);
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
    if (bytes.length > LONGEST_INLINE || mentionsOf(bytes) !== undefined) return this.putLong(bytes, tag, note);
    this.lock(this.putting, PUT);
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
    const parcel = storeParcel(bytes, self()); // not under the mutex: it takes its time
    let stored = false;
    this.lock(this.putting, PUT);
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
    const putIt = (): void => void Atomics.store(words, base + PUT, (count + 1) | 0);
    if (parcel === 0) putIt();
    else give(parcel, this.putCount, putIt);
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
    this.lock(this.taking, TAKEN);
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

  /**
   * Takes the first message and gives what `read` makes of it, in a box; undefined when there is none. Should this process
   * die before `read` is done with it, the message is there again for the next one.
   */
  receive<T>(read: (message: Taken) => T, longest = Infinity): Received<T> | undefined {
    const { words, base } = this;
    const returned = Atomics.load(words, base + RETURNED_COUNT) > 0 ? this.takeReturned(longest) : 0;
    if (returned !== 0) return { value: read({ ...NOTHING, parcel: returned }) };
    if (Atomics.load(words, base + PUT) === Atomics.load(words, base + TAKEN)) return undefined;
    const copy = Copy.claim(LONGEST_INLINE);
    const taken = this.takeInto(copy, longest);
    if (taken?.bytes === undefined) copy.done();
    if (taken === undefined) return undefined;
    if (this.limit > 0) call(this.room);
    if (taken.bytes === undefined) return { value: read(taken) };
    try {
      return { value: afterwards(read(taken), () => copy.done()) };
    } catch (error) {
      copy.done();
      throw error;
    }
  }

  private takeInto(copy: Copy, longest: number): Taken | undefined {
    this.lock(this.taking, TAKEN);
    try {
      return this.remove(undefined, longest, copy);
    } catch (error) {
      copy.done();
      throw error;
    } finally {
      this.taking.release();
    }
  }

  private takeReturned(longest: number): number {
    return underHeapLock(() => {
      const first = this.words[this.base + RETURNED]!;
      if (first !== 0 && longest !== Infinity) refuseLonger(longest, parcelLength(first));
      return takeReturned(this.address, (parcel) => own(parcel, self()));
    });
  }

  /** Into `copy`, from which it goes back in case of need, or else into what the next message overwrites. */
  private remove(hand: Cell | undefined, longest: number, copy?: Copy): Taken | undefined {
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
    const parcel = head.addressAt(offset);
    if (longest !== Infinity) refuseLonger(longest, length === LONG ? parcelLength(parcel) : length);
    if (hand) Atomics.store(hand.words, hand.index, count);
    words[next] = head.address;
    words[next + 1] = align(offset + PREFIX + Math.max(0, length));
    const takeIt = (): void => void Atomics.store(words, base + TAKEN, (count + 1) | 0);
    const bytes = this.move(length, offset, parcel, takeIt, copy);
    const taken = { bytes, parcel, number: count, tag: head.tagAt(offset), note: head.noteAt(offset) };
    if (emptied !== 0) this.putSpare(emptied);
    return taken;
  }

  /** Brings a message to where it is read; `takeIt` counts it as taken. */
  private move(
    length: number,
    offset: number,
    parcel: number,
    takeIt: () => void,
    copy: Copy | undefined,
  ): Uint8Array | undefined {
    const { head, address, takenCount } = this;
    if (length === LONG) {
      if (copy === undefined) receive(parcel, takenCount, takeIt);
      else receiveWithWayBack(parcel, address, takenCount, takeIt);
      return undefined;
    }
    if (copy !== undefined) return copy.take(head.bytes, offset + PREFIX, length, address, takenCount, takeIt);
    const bytes = copyOut(head.bytes, offset + PREFIX, length);
    takeIt();
    return bytes;
  }

  /** The holder of a mutex that died may have had a parcel in hand, of which only the count says where it is. */
  private lock(mutex: Mutex, counter: number): void {
    if (mutex.lockSync() === 'abandoned') settleHandsAt(cellAt(this.address + counter));
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

onDisposal(STORE, disposeStore);
