import { blockBytes } from '../memory/heap.js';

/** One chunk, kept at hand between calls. */
export class Window {
  address = 0;
  bytes: Uint8Array = new Uint8Array(0);
  private words: Int32Array = new Int32Array(0);

  show(chunk: number): void {
    if (chunk === this.address) return;
    this.address = chunk;
    this.bytes = blockBytes(chunk);
    this.words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length >> 2);
  }

  write(offset: number, length: number, address: number, tag: number, note: number): void {
    const at = offset >> 2;
    this.words[at] = length;
    this.words[at + 1] = address;
    this.words[at + 2] = tag;
    this.words[at + 3] = note;
  }

  lengthAt(offset: number): number {
    return this.words[offset >> 2]!;
  }

  addressAt(offset: number): number {
    return this.words[(offset >> 2) + 1]!;
  }

  tagAt(offset: number): number {
    return this.words[(offset >> 2) + 2]!;
  }

  noteAt(offset: number): number {
    return this.words[(offset >> 2) + 3]!;
  }

  /** Copies bytes that begin at a whole word; as messages do, they have whole words to themselves. */
  copyWords(offset: number, length: number, to: Int32Array): void {
    const { words } = this;
    const first = offset >> 2;
    const count = (length + 3) >> 2;
    for (let i = 0; i < count; i++) to[i] = words[first + i]!;
  }
}

let scratch = new Uint8Array(1024);

/** The bytes are overwritten by the next call. */
export function copyOut(from: Uint8Array, offset: number, length: number): Uint8Array {
  if (length > scratch.length) scratch = new Uint8Array(length * 2);
  const bytes = scratch.subarray(0, length);
  if (length <= FEW) for (let i = 0; i < length; i++) bytes[i] = from[offset + i]!;
  else bytes.set(from.subarray(offset, offset + length));
  return bytes;
}

// A call of `set` costs as much as a loop over so many bytes.
const FEW = 64;

export function copy(from: Uint8Array, to: Uint8Array, offset: number): void {
  if (from.length > FEW) to.set(from, offset);
  else for (let i = 0; i < from.length; i++) to[offset + i] = from[i]!;
}
