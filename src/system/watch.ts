import { systemError } from './error.js';
import { inForkedChild } from './generation.js';
import {
  addressOf,
  allocateBytes,
  closeCallbackOf,
  fcntl,
  pollCallbackOf,
  uvClose,
  uvDefaultLoop,
  uvHandleSize,
  uvPollInit,
  uvPollStart,
  uvUnref,
} from './libc.js';
import { closeDescriptor } from './close.js';

const UV_POLL = 8;
const UV_READABLE = 1;
const UV_DISCONNECT = 4;
const F_DUPFD_CLOEXEC = 1030;

/** Handles of libuv by their address; those that have been closed are used again. */
const watching = new Map<number, () => void>();
const copies = new Set<number>();
const spare: unknown[] = [];
const closing = new Map<number, unknown>();

// The loop has forgotten the handles.
inForkedChild(() => {
  for (const copy of copies) closeDescriptor(copy);
  copies.clear();
  watching.clear();
});

let onEvent: unknown;
let onClosed: unknown;

/**
 * Calls `readable` once, in a turn of the event loop, when a descriptor is readable or closed at its other end; keeps the
 * event loop alive until then, unless `ref` is false. Returns what ends the watch, which is to be called in any case. A
 * duplicate is watched: libuv may be reading the descriptor itself.
 */
export function watchReadable(fd: number, readable: () => void, { ref = true } = {}): () => void {
  onEvent ??= pollCallbackOf(report);
  onClosed ??= closeCallbackOf(putSpare);
  const copy = fcntl(fd, F_DUPFD_CLOEXEC, 0) as number;
  if (copy < 0) throw systemError('fcntl');
  const handle = spare.pop() ?? allocateBytes(Number(uvHandleSize(UV_POLL)));
  if (uvPollInit(uvDefaultLoop(), handle, copy) !== 0) {
    // What cannot be polled, as a file on a disk, never lets its reader wait.
    spare.push(handle);
    closeDescriptor(copy);
    const soon = setImmediate(readable);
    return () => clearImmediate(soon);
  }
  const address = addressOf(handle);
  watching.set(address, readable);
  copies.add(copy);
  uvPollStart(handle, UV_READABLE | UV_DISCONNECT, onEvent);
  if (!ref) uvUnref(handle);
  return () => {
    watching.delete(address);
    closing.set(address, handle);
    uvClose(handle, onClosed);
    copies.delete(copy);
    closeDescriptor(copy);
  };
}

/** Runs outside of any turn of JavaScript: it may only schedule something. */
function report(address: number): void {
  const readable = watching.get(address);
  watching.delete(address);
  if (readable) setImmediate(readable);
}

function putSpare(address: number): void {
  spare.push(closing.get(address));
  closing.delete(address);
}
