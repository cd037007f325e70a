import { mallopt } from './libc.js';

const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const MEGABYTE = 2 ** 20;

let keeps = false;

/**
 * Has the allocator keep what V8 frees, instead of giving it back to the kernel at once. V8 frees buffers all together, when
 * they amount to 32 MB, and with threads of its own it does so while the next 32 MB are being filled. Whoever receives large
 * messages would pay for new pages with each of them: several times of what it costs to copy the message.
 */
export function keepFreedMemory(): void {
  if (keeps) return;
  keeps = true;
  mallopt(M_MMAP_THRESHOLD, 32 * MEGABYTE);
  mallopt(M_TRIM_THRESHOLD, 80 * MEGABYTE);
}

/** From this length on the kernel may be asked for each. */
const LONG = 64 * 1024;

/** Bytes in memory of the user's own. A slice of them would be cleared before it is filled. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= LONG) keepFreedMemory();
  const copied = new Uint8Array(Buffer.allocUnsafeSlow(bytes.length).buffer);
  copied.set(bytes);
  return copied;
}
