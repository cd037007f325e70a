import { OSError } from '../errors.js';
import { receive, receiveWithWayBack, settleHandsAt } from '../memory/hand.js';
import { underHeapLock } from '../memory/heap.js';
import { parcelLength } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { own } from '../memory/owners.js';
import { takeReturned } from '../memory/returns.js';
import { self } from '../memory/slots.js';
import { Mutex } from '../sync/mutex.js';
import { dropLeft, recoverLeft } from './chunks.js';
import type { Copy } from './copy.js';
import { align, HEADS, leftIn, LINK, LONG, PREFIX, PUT, RETURNED, TAKEN, TAKING } from './store-layout.js';
import { copyOut, Window } from './window.js';

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

/** The end of a store at which messages are taken. */
export class Head {
  private readonly address: number;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly count: Cell;
  private readonly mutex: Mutex;
  private readonly window = new Window();
  /** What PUT was when it was last looked at, and where this object has left TAKEN. */
  private seen = 0;
  private left = 0;

  constructor(address: number) {
    const { words, index } = cellAt(address);
    this.address = address;
    this.words = words;
    this.base = index;
    this.count = cellAt(address + TAKEN);
    this.mutex = new Mutex(address + TAKING);
  }

  /** As long as nobody else takes, one look at PUT is enough for all that had been put by then. */
  isEmpty(): boolean {
    const taken = Atomics.load(this.words, this.base + TAKEN);
    if (taken === this.left && taken !== this.seen) return false;
    this.left = taken;
    this.seen = Atomics.load(this.words, this.base + PUT);
    return taken === this.seen;
  }

  /**
   * Takes the first message. Its number stands in `hand` before; with a `copy` it goes back, should this process die before
   * it has been read.
   *
   * @throws {OSError} ERR_MESSAGE_LENGTH: it has more than `longest` bytes, and stays
   */
  take(longest: number, { hand, copy }: { hand?: Cell | undefined; copy?: Copy }): Taken | undefined {
    if (this.mutex.lockSync() === 'abandoned') this.recover();
    try {
      return this.isEmpty() ? undefined : this.remove(longest, hand, copy);
    } finally {
      this.mutex.release();
    }
  }

  /** Takes the first message that has come back, as a parcel; 0 when there is none any more. */
  takeReturned(longest: number): number {
    return underHeapLock(() => {
      const first = this.words[this.base + RETURNED]!;
      if (first !== 0 && longest !== Infinity) refuseLonger(longest, parcelLength(first));
      return takeReturned(this.address, (parcel) => own(parcel, self()));
    });
  }

  private remove(longest: number, hand: Cell | undefined, copy: Copy | undefined): Taken {
    const { words, base, window } = this;
    const count = words[base + TAKEN]!;
    const now = base + HEADS + (count & 1) * 2;
    const next = base + HEADS + ((count + 1) & 1) * 2;
    window.show(words[now]!);
    let offset = words[now + 1]!;
    let left = 0;
    if (window.lengthAt(offset) === LINK) {
      left = window.address;
      window.show(window.addressAt(offset));
      offset = 0;
    }
    const length = window.lengthAt(offset);
    const parcel = window.addressAt(offset);
    if (longest !== Infinity) refuseLonger(longest, length === LONG ? parcelLength(parcel) : length);
    if (hand) Atomics.store(hand.words, hand.index, count);
    if (left !== 0) words[leftIn(words, base)] = left;
    words[next] = window.address;
    words[next + 1] = align(offset + PREFIX + Math.max(0, length));
    const takeIt = (): void => void Atomics.store(words, base + TAKEN, (this.left = (count + 1) | 0));
    const bytes = this.move(length, offset, parcel, takeIt, copy);
    const taken = { bytes, parcel, number: count, tag: window.tagAt(offset), note: window.noteAt(offset) };
    if (left !== 0) dropLeft(this.address, words, base);
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
    const { window, address, count } = this;
    if (length === LONG) {
      if (copy === undefined) receive(parcel, count, takeIt);
      else receiveWithWayBack(parcel, address, count, takeIt);
      return undefined;
    }
    if (copy !== undefined) return copy.take(window, offset + PREFIX, length, address, count, takeIt);
    const bytes = copyOut(window.bytes, offset + PREFIX, length);
    takeIt();
    return bytes;
  }

  /** A holder that died may have had a parcel in hand, or a chunk that it left: the count tells where these are. */
  private recover(): void {
    settleHandsAt(this.count);
    recoverLeft(this.address, this.words, this.base);
  }
}

function refuseLonger(longest: number, length: number): void {
  if (length > longest)
    throw new OSError('ERR_MESSAGE_LENGTH', `bad message length: expected at most ${longest} bytes, got ${length}`);
}
