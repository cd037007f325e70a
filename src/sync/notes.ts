import { underHeapLock } from '../memory/heap.js';
import { readParcel, storeParcel } from '../memory/parcel.js';
import { header } from '../memory/program.js';
import { release } from '../memory/release.js';
import { hasEnded, indexOf, NOTES, PID, self, slotBase } from '../memory/slots.js';
import { locksHeld, type HeldLock } from './left.js';
import { processName } from './names.js';

/** What a process says of a wait that lasts: for those who look for deadlocks. */
export interface Note {
  readonly ticket: number;
  /** When it began, by the machine's clock. */
  readonly since: number;
  readonly stack: string;
  /** Who of the process waits; see owner.ts. */
  readonly owner: number;
  /** Whether its thread blocks. */
  readonly blocking: boolean;
}

export interface Notes {
  readonly process: string;
  readonly pid: number;
  readonly waits: readonly Note[];
  readonly held: readonly HeldLock[];
}

let blocking: Note | undefined;
let awaiting: readonly Note[] = [];
let published = '';

/** Says where this thread blocks, or that it does so no more. */
export function noteBlocking(note: Note | undefined): void {
  blocking = note;
  publish();
}

/** Says what the coroutines of this process wait for. */
export function noteAwaiting(notes: readonly Note[]): void {
  awaiting = notes;
  publish();
}

function all(waits: readonly Note[]): Notes {
  return { process: processName(), pid: process.pid, waits, held: locksHeld() };
}

/** The notes lie in a block that dies with the process; it is read and replaced under the heap's lock only. */
function publish(): void {
  const waits = blocking ? [blocking, ...awaiting] : awaiting;
  const text = waits.length === 0 ? '' : JSON.stringify(all(waits));
  if (text === published) return;
  published = text;
  const address = text === '' ? 0 : storeParcel(Buffer.from(text), self());
  underHeapLock(() => {
    const before = Atomics.exchange(header(), slotBase(indexOf(self())) + NOTES, address);
    if (before !== 0) release(before);
  });
}

/** What a process has said of its waits. */
export function notesOf(id: number): Notes {
  const base = slotBase(indexOf(id));
  const bytes = underHeapLock(() => {
    const address = hasEnded(id) ? 0 : Atomics.load(header(), base + NOTES);
    return address === 0 ? undefined : readParcel(address, (text) => Buffer.from(text));
  });
  if (bytes) return JSON.parse(bytes.toString()) as Notes;
  const pid = Atomics.load(header(), base + PID);
  return { process: `process ${pid}`, pid, waits: [], held: [] };
}
