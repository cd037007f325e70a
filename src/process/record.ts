import type { StartMethod } from './start-method.js';
import type { Process } from './process.js';

/** What a child is told when it starts. */
export interface BootRecord {
  readonly name: string;
  readonly daemon: boolean;
  readonly identity: readonly number[];
  readonly authkey: Uint8Array;
  readonly method: StartMethod;
  readonly target: ((...args: never[]) => unknown) | undefined;
  readonly args: readonly unknown[];
  readonly cwd: string;
  readonly parent: { readonly name: string; readonly pid: number; readonly id: number };
  /** A process of a class of the user's: the class, and the object's own fields. */
  readonly subclass: { readonly type: { readonly prototype: Process }; readonly fields: object } | undefined;
}
