import { createMemory, mapMemory, reserveMemory, viewMemory, type Mapping } from '../system/memory.js';
import {
  EXTENT_END,
  EXTENTS_BYTES,
  FILE_BYTES,
  HEAP_END,
  HEAP_RESERVED,
  HEAP_START,
  PAGE,
  SLOTS,
  WINDOW_BYTES,
  WINDOW_MASK,
  WINDOW_SHIFT,
  WORD,
} from './layout.js';

/** The descriptor by which a started process finds the program's memory. */
export const INHERITED_FD = 3;

let fd: number | undefined;
/** Where the windows lie, if this process has threads: they map each window once. */
let mapped: BigInt64Array | undefined;
const windows: { words: Int32Array; address: number }[] = [];

/** A word of shared memory, ready for `Atomics`: `words[index]` in this process, `address` in all of them. */
export interface Cell {
  readonly words: Int32Array;
  readonly index: number;
  readonly address: number;
}

/** The program's memory; the first call makes it, unless `adoptMemory` was called before. */
export function memoryFd(): number {
  if (fd === undefined) {
    fd = createMemory('manyfold', FILE_BYTES);
    reserveMemory(fd, 0, SLOTS * WORD);
    const { words } = windowOf(0);
    words[HEAP_END] = HEAP_START;
    words[HEAP_RESERVED] = HEAP_START;
    words[EXTENT_END] = EXTENTS_BYTES / PAGE;
  }
  return fd;
}

/** Whether this thread has the program's memory already. */
export function isProgramOpen(): boolean {
  return fd !== undefined;
}

/** Joins the program whose memory is open as `inherited`. */
export function adoptMemory(inherited: number): void {
  fd = inherited;
}

/** What another thread of this process needs to use the same memory: the descriptor, and where the windows lie. */
export interface SharedProgram {
  readonly fd: number;
  readonly windows: SharedArrayBuffer;
}

export function shareProgram(): SharedProgram {
  if (mapped === undefined) {
    mapped = new BigInt64Array(new SharedArrayBuffer((EXTENTS_BYTES / WINDOW_BYTES) * BigInt64Array.BYTES_PER_ELEMENT));
    windows.forEach(({ address }, number) => (mapped![number] = BigInt(address)));
  }
  return { fd: memoryFd(), windows: mapped.buffer as SharedArrayBuffer };
}

/** In a thread: joins the program of its process. */
export function joinProgram(program: SharedProgram): void {
  mapped = new BigInt64Array(program.windows);
  adoptMemory(program.fd);
}

/** The header and the process table: the first window. */
export function header(): Int32Array {
  return windowOf(0).words;
}

export function cellAt(address: number): Cell {
  return { words: windowOf(address).words, index: address & WINDOW_MASK, address };
}

/** Where a cell lies in this process, for the futex calls. */
export function systemAddress(cell: Cell): number {
  return windowOf(cell.address).address + cell.index * WORD;
}

/** Bytes of a block; no block crosses the border of a window. */
export function bytesAt(address: number, length: number): Uint8Array {
  const { words } = windowOf(address);
  return new Uint8Array(words.buffer, (address & WINDOW_MASK) * WORD, length);
}

const windowBuffers = new WeakSet<object>();

/** Whether a buffer is a window on the program's memory, in which other things lie as well. */
export function isWindow(buffer: object): boolean {
  return windowBuffers.has(buffer);
}

function windowOf(address: number): { words: Int32Array; address: number } {
  const number = address >>> WINDOW_SHIFT;
  return windows[number] ?? mapWindow(number);
}

function mapWindow(number: number): { words: Int32Array; address: number } {
  const mapping = mapOnce(number);
  windowBuffers.add(mapping.buffer);
  const window = { words: new Int32Array(mapping.buffer), address: mapping.address };
  windows[number] = window;
  return window;
}

function mapOnce(number: number): Mapping {
  const known = mapped && Atomics.load(mapped, number);
  if (known) return { address: Number(known), buffer: viewMemory(Number(known), WINDOW_BYTES) };
  const mapping = mapMemory(memoryFd(), number * WINDOW_BYTES, WINDOW_BYTES);
  if (mapped) Atomics.store(mapped, number, BigInt(mapping.address)); // of two at once, either will do
  return mapping;
}
