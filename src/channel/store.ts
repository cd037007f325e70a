import { free, take } from '../memory/heap.js';
import { mentionedIn, type Packed } from '../memory/gathered.js';
import { link } from '../memory/links.js';
import { createObject, STORE } from '../memory/objects.js';
import { afterwards, storeParcel } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { onDisposal } from '../memory/release.js';
import { self } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { Copy } from './copy.js';
import { disposeStore } from './disposal.js';
import { Head, type Taken } from './head.js';
import {
  FIRST_CHUNK,
  HEADS,
  LIMIT,
  LONGEST_INLINE,
  MESSAGES_LINE,
  PUT,
  RETURNED_COUNT,
  ROOM_LINE,
  STORE_BYTES,
  TAILS,
  TAKEN,
} from './store-layout.js';
import { Tail } from './tail.js';

export type { Taken } from './head.js';

/** Bytes, or the address of a parcel of this process that holds them. */
export type Message = Packed | number;

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
  private readonly tail: Tail;
  private readonly head: Head;
  private seenTaken = 0;
  private readonly checkFull = (): boolean => this.isFull();

  constructor(address: number) {
    const { words, index } = cellAt(address);
    this.address = address;
    this.words = words;
    this.base = index;
    this.tail = new Tail(address);
    this.head = new Head(address);
    this.messages = cellAt(address + MESSAGES_LINE);
    this.room = cellAt(address + ROOM_LINE);
  }

  static create(limit: number): Store {
    const address = createObject(STORE_BYTES, STORE, (store) => {
      const { words, index } = cellAt(store);
      words[index + LIMIT] = limit;
      link(take(FIRST_CHUNK, self()), store + HEADS);
      words[index + TAILS] = words[index + HEADS]!;
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

  /** Whether there is no message to `take`. */
  get isEmpty(): boolean {
    return this.head.isEmpty();
  }

  /** TAKEN is looked at only when there may be no room by what it was before: it is the takers' to write. */
  isFull(): boolean {
    const { words, base, limit } = this;
    if (limit === 0) return false;
    const returned = Atomics.load(words, base + RETURNED_COUNT);
    if (((this.puts - this.seenTaken) >>> 0) + returned < limit) return false;
    this.seenTaken = Atomics.load(words, base + TAKEN);
    return this.size >= limit;
  }

  /** Stores a message, unless the store is full. A parcel is then nobody's; else it is still the caller's. */
  put(message: Message, tag = 0, note = 0): boolean {
    if (!this.lay(message, tag, note)) return false;
    call(this.messages);
    return true;
  }

  /** Like `put`, and calls nobody: whoever knows that somebody looks need not. */
  lay(message: Message, tag = 0, note = 0): boolean {
    if (this.isFull()) return false;
    if (typeof message !== 'number' && !isShort(message)) return this.layLong(message, tag, note);
    return this.tail.put(message, tag, note, this.checkFull);
  }

  private layLong(bytes: Packed, tag: number, note: number): boolean {
    const parcel = storeParcel(bytes, self()); // not under the mutex: it takes its time
    const stored = this.tail.put(parcel, tag, note, this.checkFull);
    if (!stored) free(parcel);
    return stored;
  }

  /**
   * Takes the first message; undefined when there is none. Its number stands in `hand` before it is taken: should the
   * taker die, that says what it had.
   */
  take(hand?: Cell): Taken | undefined {
    if (this.head.isEmpty()) return undefined;
    const taken = this.head.take(Infinity, { hand });
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
   *
   * @throws {OSError} ERR_MESSAGE_LENGTH: the message has more than `longest` bytes, and stays
   */
  receive<T>(read: (message: Taken) => T, longest = Infinity): Received<T> | undefined {
    const returned = Atomics.load(this.words, this.base + RETURNED_COUNT) > 0 ? this.head.takeReturned(longest) : 0;
    if (returned !== 0) return { value: read({ ...NOTHING, parcel: returned }) };
    return this.head.isEmpty() ? undefined : this.receiveFirst(read, longest);
  }

  private receiveFirst<T>(read: (message: Taken) => T, longest: number): Received<T> | undefined {
    const copy = Copy.claim(LONGEST_INLINE);
    try {
      const taken = this.head.take(longest, { copy });
      if (taken === undefined) {
        copy.done();
        return undefined;
      }
      if (this.limit > 0) call(this.room);
      return { value: afterwards(read(taken), () => copy.done()) };
    } catch (error) {
      copy.done();
      throw error;
    }
  }
}

function isShort(bytes: Packed): bytes is Uint8Array {
  return bytes.length <= LONGEST_INLINE && mentionedIn(bytes) === undefined;
}

/** A message as one that waits for room keeps it: what it was written to is the next one's. */
export function stow(bytes: Packed): Message {
  return isShort(bytes) ? bytes.slice() : storeParcel(bytes, self());
}

/** For what was stowed and not put. */
export function discard(message: Message): void {
  if (typeof message === 'number') free(message);
}

onDisposal(STORE, disposeStore);
