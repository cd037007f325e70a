import { decode } from '../codec/decode.js';
import { free } from '../memory/heap.js';
import { readParcel } from '../memory/parcel.js';
import { header } from '../memory/program.js';
import { BOOT, indexOf, LUGGAGE, slotBase } from '../memory/slots.js';
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

/** The parcels of a child that is to be started; `luggage` is 0 when there is none. */
export interface Parcels {
  readonly boot: number;
  readonly luggage: number;
}

const NO_LUGGAGE: Luggage = { target: undefined, args: [], subclass: undefined };

/** Puts the parcels where the child finds them. */
export function checkIn(id: number, { boot, luggage }: Parcels): void {
  const base = slotBase(indexOf(id));
  header()[base + BOOT] = boot;
  header()[base + LUGGAGE] = luggage;
}

/** Reads a child's record, and frees it. */
export function takeRecord(id: number): BootRecord {
  return take(id, BOOT, (bytes) => decode(bytes)) as BootRecord;
}

export async function takeLuggage(id: number): Promise<Luggage> {
  if (header()[slotBase(indexOf(id)) + LUGGAGE] === 0) return NO_LUGGAGE;
  return (await take(id, LUGGAGE, (bytes) => decode(bytes))) as Luggage;
}

function take<T>(id: number, word: number, read: (bytes: Uint8Array) => T): T {
  const at = slotBase(indexOf(id)) + word;
  const value = readParcel(header()[at]!, read);
  // Whoever buries the child frees what stands here.
  const parcel = Atomics.exchange(header(), at, 0);
  if (parcel !== 0) free(parcel);
  return value;
}
