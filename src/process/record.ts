import { decode } from '../codec/decode.js';
import { free } from '../memory/heap.js';
import { afterwards, readParcel, storeParcel } from '../memory/parcel.js';
import { header } from '../memory/program.js';
import { BOOT, indexOf, LUGGAGE, slotBase } from '../memory/slots.js';
import type { LogSettings } from '../logging/stderr.js';
import type { Process } from './process.js';
import type { StartMethod } from './start-method.js';

type Target = (...args: never[]) => unknown;

/**
 * What a child is told when it starts: plain data, which a fork server may read as well. Each child reads it before anything
 * else, in memory that it has to copy for whatever it writes to: so it is not a message like others, for which a good part
 * of the codec would be run, but has this form:
 *
 *   bytes 0..3   how many bytes the text has
 *   bytes 4..7   how many bytes the key has
 *   the text     all that is not below, as JSON in UTF-8
 *   the key      AUTHKEY
 *   the target   the message of a target that captures nothing that changes, if it is one; others are in the luggage
 */
export interface BootRecord {
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly authkey: Uint8Array;
  readonly method: StartMethod;
  readonly cwd: string;
  readonly log: LogSettings;
  readonly parent: { readonly name: string; readonly pid: number; readonly id: number };
}

const LENGTHS = 8;

type Slice = (this: Uint8Array, start: number, end: number) => string;
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as { latin1Slice: Slice; utf8Slice: Slice };

/** Stores what a child is told where the child finds it. */
export function writeRecord(id: number, { authkey, ...plain }: BootRecord, target: Uint8Array | undefined): void {
  const text = Buffer.from(JSON.stringify(plain));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeInt32LE(text.length, 0);
  lengths.writeInt32LE(authkey.length, 4);
  checkIn(id, BOOT, Buffer.concat([lengths, text, authkey, target ?? NOTHING]));
}

const NOTHING = new Uint8Array();

/** What a child is told, and the message of its target as text, a character for each byte; '' if there is none. */
export interface Told {
  readonly record: BootRecord;
  readonly target: string;
}

/**
 * Leaves it where it is until the child is buried: the fork server reads it as well, and should that die over the start,
 * the next one does.
 */
export function readRecord(id: number): Told {
  return readParcel(header()[wordOf(id, BOOT)]!, (bytes) => {
    const key = LENGTHS + int32(bytes, 0);
    const target = key + int32(bytes, 4);
    const plain = JSON.parse(utf8Slice.call(bytes, LENGTHS, key)) as Omit<BootRecord, 'authkey'>;
    const record = { ...plain, authkey: bytes.slice(key, target) };
    return { record, target: latin1Slice.call(bytes, target, bytes.length) };
  });
}

function int32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
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
