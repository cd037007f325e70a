import { PARCEL_LENGTH } from '../memory/blocks.js';
import { copyWithWayBack } from '../memory/hand.js';
import { free } from '../memory/heap.js';
import { openParcel } from '../memory/parcel.js';
import { cellAt, type Cell } from '../memory/program.js';
import { forgetWayBack } from '../memory/returns.js';
import { self } from '../memory/slots.js';

/** A short message that this process has taken and not yet read: in a parcel, which goes back should the process die. */
export class Copy {
  readonly address: number;
  private readonly owner = self();
  private readonly room: Uint8Array;
  private readonly cell: Cell;
  private isBusy = true;

  private constructor(capacity: number) {
    const { address, room } = openParcel(capacity);
    this.address = address;
    this.room = room;
    this.cell = cellAt(address);
  }

  /** The usual one of this process, unless that one is still being read. */
  static claim(capacity: number): Copy {
    if (usual === undefined || usual.owner !== self()) usual = new Copy(capacity);
    else if (usual.isBusy) return new Copy(capacity);
    usual.isBusy = true;
    return usual;
  }

  /** Takes `length` bytes out of a store, of which `change` counts them. */
  take(from: Uint8Array, offset: number, length: number, store: number, counter: Cell, change: () => void): Uint8Array {
    const { room, cell } = this;
    if (length <= FEW) for (let i = 0; i < length; i++) room[i] = from[offset + i]!;
    else room.set(from.subarray(offset, offset + length));
    cell.words[cell.index + PARCEL_LENGTH] = length;
    copyWithWayBack(this.address, store, counter, change);
    return room.subarray(0, length);
  }

  /** The message has been read. */
  done(): void {
    if (this !== usual) return free(this.address);
    forgetWayBack(this.address);
    this.isBusy = false;
  }
}

let usual: Copy | undefined;

// A call of `set` costs as much as a loop over so many bytes.
const FEW = 64;
