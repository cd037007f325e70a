import { decode } from '../codec/decode.js';
import type { StartMethod } from './start-method.js';
import type { Process } from './process.js';

/** What a child is told when it starts. */
export interface BootRecord {
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly authkey: Uint8Array;
  readonly method: StartMethod;
  /** The function, or its message. */
  readonly target: ((...args: never[]) => unknown) | Uint8Array | undefined;
  readonly args: readonly unknown[];
  readonly cwd: string;
  readonly parent: { readonly name: string; readonly pid: number; readonly id: number };
  /** A process of a class of the user's: the class, and the object's own fields. */
  readonly subclass: { readonly type: { readonly prototype: Process }; readonly fields: object } | undefined;
}

export interface ReadRecord {
  readonly record: BootRecord;
  readonly target: ((...args: never[]) => unknown) | undefined;
}

/** Reads a record and its target. The bytes are needed only until the call returns. */
export async function readRecord(message: Uint8Array): Promise<ReadRecord> {
  const record = (await decode(message)) as BootRecord;
  const { target } = record;
  return { record, target: target instanceof Uint8Array ? ((await decode(target)) as ReadRecord['target']) : target };
}
