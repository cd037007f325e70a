import type { LogSettings } from '../logging/stderr.js';
import type { SharedProgram } from '../memory/program.js';
import type { Surroundings } from '../process/current.js';
import type { ExceptHook } from './excepthook.js';
import type { Target } from './state.js';
import type { Thread } from './thread.js';

/** What a thread is told when it starts, as plain data. */
export interface Passport {
  /** Of its slot. */
  readonly id: number;
  readonly program: SharedProgram;
  readonly name: string;
  readonly daemon: boolean;
  /** Whether it has the face of a process: the start method 'thread'. */
  readonly isChild: boolean;
  readonly entry: string | undefined;
  readonly argv: readonly string[];
  readonly server: number | undefined;
  readonly surroundings: Surroundings;
  readonly log: LogSettings;
  /** Whether the process was forked, and so has not all of Node's threads. */
  readonly forked: boolean;
  /** Slot of the main thread of its process. */
  readonly main: number;
}

/** What has to be unpacked where it runs. */
export interface Luggage {
  readonly target: Target | undefined;
  readonly args: readonly unknown[];
  readonly subclass: { readonly type: { readonly prototype: Thread }; readonly fields: object } | undefined;
  readonly hook: ExceptHook | undefined;
}
