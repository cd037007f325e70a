import { free, underHeapLock } from './heap.js';
import { readParcel, storeParcel } from './parcel.js';
import { header } from './program.js';
import { EXIT, idOf, indexOf, LABEL, readSlot, slotBase, slotsInUse } from './slots.js';

/** What the threads of a process know of each other. */
export interface Label {
  readonly name: string;
  readonly daemon: boolean;
  /** The process whose thread it is. */
  readonly pid: number;
}

/** Writes a thread's label, which dies with it. A slot that has one is a thread's. */
export function writeLabel(id: number, label: Label): void {
  const before = Atomics.exchange(
    header(),
    slotBase(indexOf(id)) + LABEL,
    storeParcel(Buffer.from(JSON.stringify(label)), id),
  );
  if (before !== 0) free(before);
}

/** undefined when the thread is gone. */
export function readLabel(id: number): Label | undefined {
  // Under the lock, because the label of one who ends just now is freed under it.
  return underHeapLock(() => {
    const address = idOf(indexOf(id)) === id ? header()[slotBase(indexOf(id)) + LABEL]! : 0;
    if (address === 0) return undefined;
    return readParcel(address, (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Label);
  });
}

/** The threads of the program that have not ended, by the ids of their slots. */
export function* threadsInUse(): Generator<number> {
  for (const id of slotsInUse()) {
    if (readSlot(id, LABEL) && readSlot(id, EXIT) === 0) yield id;
  }
}
