import { mention } from '../memory/holdings.js';
import { createRegion, openRegion } from '../memory/region.js';

/** A piece of shared memory, as this process sees it. */
export class SharedBytes {
  readonly address: number;
  readonly buffer: ArrayBuffer;
  readonly view: DataView<ArrayBuffer>;

  constructor(address: number, length: number) {
    this.address = address;
    this.buffer = openRegion(address, length);
    this.view = new DataView(this.buffer);
  }

  /** Zeros at first. */
  static create(length: number): SharedBytes {
    return new SharedBytes(createRegion(length), length);
  }

  /** What names it in the message that is being written. */
  travel(): [address: number, length: number] {
    mention(this.buffer, this.address);
    return [this.address, this.buffer.byteLength];
  }
}
