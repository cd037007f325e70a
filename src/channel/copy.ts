import { Prefixes } from '../codec/prefixes.js';
import { PARCEL_LENGTH } from '../memory/blocks.js';
import { copyWithWayBack } from '../memory/hand.js';
import { free } from '../memory/heap.js';
import { openParcel } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { forgetWayBack } from '../memory/returns.js';
import { self } from '../memory/slots.js';
import type { Window } from './window.js';

/** A short message that this process has taken and not yet read: in a parcel, which goes back should the process die. */
export class Copy {
  readonly address: number;
  private readonly owner = self();
  private readonly room: Uint8Array;
  private readonly words: Int32Array;
  private readonly cell: Cell;
  private readonly prefixes: Prefixes;
  private isBusy = true;

  private constructor(capacity: number) {
    const { address, room } = openParcel(capacity);
    this.address = address;
    this.room = room;
    this.cell = cellAt(address);
    this.words = new Int32Array(room.buffer, room.byteOffset, room.length >> 2);
    this.prefixes = new Prefixes(room);
  }

  /** The usual one of this process, unless that one is still being read. */
  static claim(capacity: number): Copy {
    if (usual === undefined || usual.owner !== self()) usual = new Copy(capacity);
    else if (usual.isBusy) return new Copy(capacity);
    usual.isBusy = true;
    return usual;
  }

  /** Takes `length` bytes out of a store, of which `change` counts them. */
  take(from: Window, offset: number, length: number, store: number, counter: Cell, change: () => void): Uint8Array {
    const { room, cell } = this;
    if (length <= FEW) from.copyWords(offset, length, this.words);
    else room.set(from.bytes.subarray(offset, offset + length));
    cell.words[cell.index + PARCEL_LENGTH] = length;
    copyWithWayBack(this.address, store, counter, change);
    return this.prefixes.of(length);
  }

  /** The message has been read. */
  done(): void {
    if (this !== usual) return free(this.address);
    forgetWayBack(this.address);
    this.isBusy = false;
  }
}

let usual: Copy | undefined;

// A call of `set` costs as much as a loop over so many bytes, word by word.
const FEW = 256;
