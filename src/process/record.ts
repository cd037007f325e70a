import { decode } from '../codec/decode.js';
import { free } from '../memory/heap.js';
import { afterwards, readParcel, storeParcel } from '../memory/parcel.js';
import { header } from '../memory/program.js';
import { BOOT, indexOf, LUGGAGE, slotBase } from '../memory/slots.js';
import type { LogSettings } from '../logging/stderr.js';
import type { Process } from './process.js';
import type { StartMethod } from './start-method.js';

type Target = (...args: never[]) => unknown;

/** What a child is told when it starts: plain data, which a fork server may read as well. */
export interface BootRecord {
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly authkey: Uint8Array;
  readonly method: StartMethod;
  readonly cwd: string;
  readonly log: LogSettings;
  readonly parent: { readonly name: string; readonly pid: number; readonly id: number };
  /** The message of a target that captures nothing that changes; others are in the luggage. */
  readonly target: Uint8Array | undefined;
}

/** What only the child itself may unpack: one message, so that what is shared in it stays shared. */
export interface Luggage {
  readonly target: Target | undefined;
  readonly args: readonly unknown[];
  /** A process of a class of the user's: the class, and the object's own fields. */
  readonly subclass: { readonly type: { readonly prototype: Process }; readonly fields: object } | undefined;
}

const NO_LUGGAGE: Luggage = { target: undefined, args: [], subclass: undefined };

/** Stores a message where the child finds it. It dies with the child's slot, should nobody get to free it before. */
export function checkIn(id: number, word: typeof BOOT | typeof LUGGAGE, message: Uint8Array): void {
  header()[wordOf(id, word)] = storeParcel(message, id);
}

/**
 * Leaves it where it is until the child is buried: the fork server reads it as well, and should that die over the start,
 * the next one does.
 */
export function readRecord(id: number): BootRecord {
  return readParcel(header()[wordOf(id, BOOT)]!, (bytes) => decode(bytes)) as BootRecord;
}

export function dropRecord(id: number): void {
  drop(id, BOOT);
}

export async function takeLuggage(id: number): Promise<Luggage> {
  const parcel = header()[wordOf(id, LUGGAGE)]!;
  if (parcel === 0) return NO_LUGGAGE;
  return (await afterwards(
    readParcel(parcel, (bytes) => decode(bytes)),
    () => drop(id, LUGGAGE),
  )) as Luggage;
}

function drop(id: number, word: number): void {
  const parcel = Atomics.exchange(header(), wordOf(id, word), 0);
  if (parcel !== 0) free(parcel);
}

function wordOf(id: number, word: number): number {
  return slotBase(indexOf(id)) + word;
}
