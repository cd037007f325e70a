import { give, settleHandsAt } from '../memory/hand.js';
import { cellAt, type Cell } from '../memory/program.js';
import { Mutex } from '../sync/mutex.js';
import { spareAfter, useSpare } from './chunks.js';
import { align, LINK, LONG, PREFIX, PUT, PUTTING, TAILS } from './store-layout.js';
import { copy, Window } from './window.js';

/** The end of a store at which messages are put. */
export class Tail {
  private readonly address: number;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly count: Cell;
  private readonly mutex: Mutex;
  private readonly window = new Window();

  constructor(address: number) {
    const { words, index } = cellAt(address);
    this.address = address;
    this.words = words;
    this.base = index;
    this.count = cellAt(address + PUT);
    this.mutex = new Mutex(address + PUTTING);
  }

  /** Puts a message, its bytes or the address of its parcel, unless `isFull`. */
  put(message: Uint8Array | number, tag: number, note: number, isFull: () => boolean): boolean {
    // The holder of a mutex that died may have had a parcel in hand, of which only the count says where it is.
    if (this.mutex.lockSync() === 'abandoned') settleHandsAt(this.count);
    try {
      if (isFull()) return false;
      if (typeof message === 'number') this.append(LONG, undefined, message, tag, note);
      else this.append(message.length, message, 0, tag, note);
      return true;
    } finally {
      this.mutex.release();
    }
  }

  private append(length: number, bytes: Uint8Array | undefined, parcel: number, tag: number, note: number): void {
    const { words, base, window } = this;
    const count = words[base + PUT]!;
    const now = base + TAILS + (count & 1) * 2;
    const next = base + TAILS + ((count + 1) & 1) * 2;
    window.show(words[now]!);
    let offset = words[now + 1]!;
    const inline = bytes === undefined ? 0 : bytes.length;
    // Behind each message there is room for the link to the next chunk.
    const moves = offset + PREFIX + inline + PREFIX > window.bytes.length;
    if (moves) {
      const chunk = spareAfter(window.address, this.address, words, base);
      window.write(offset, LINK, chunk, 0, 0);
      window.show(chunk);
      offset = 0;
    }
    window.write(offset, length, parcel, tag, note);
    if (bytes !== undefined) copy(bytes, window.bytes, offset + PREFIX);
    words[next] = window.address;
    words[next + 1] = align(offset + PREFIX + inline);
    const putIt = (): void => void Atomics.store(words, base + PUT, (count + 1) | 0);
    if (parcel === 0) putIt();
    else give(parcel, this.count, putIt);
    if (moves) useSpare(words, base);
  }
}
