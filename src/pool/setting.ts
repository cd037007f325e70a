import { inspect } from 'node:util';
import { currentProcess } from '../process/current.js';
import { allowChildren } from '../process/daemon.js';
import { limitMemory } from '../system/limits.js';
import { openForeign } from '../system/life.js';
import { redirectStream } from '../system/redirect.js';
import { shareCpus } from './cpu-share.js';
import type { Seat } from './seat.js';

/** What surrounds the work of a worker. */
export interface Setting {
  /** Where its streams go: descriptors of the process `creator`; undefined where they are inherited. */
  readonly stdout: number | undefined;
  readonly stderr: number | undefined;
  readonly creator: number;
  /** Whether it opens a debugger's port. */
  readonly inspect: boolean;
  /** Bytes of memory of its own beyond what it starts with; Infinity for no limit. */
  readonly memoryLimit: number;
  /** Among how many workers the processors are shared. */
  readonly workers: number;
}

const STDOUT = 1;
const STDERR = 2;

/** In a worker, before anything else. */
export function settleIn(setting: Setting, seat: Seat): void {
  // Ctrl-C goes to all processes of the terminal; what it means to the workers is up to the one who has the pool.
  process.on('SIGINT', () => {});
  // The death of a pool's worker ends its children: there is nothing that they could outlive.
  allowChildren();
  shareCpus(setting.workers);
  redirect(STDOUT, setting.stdout, setting.creator);
  redirect(STDERR, setting.stderr, setting.creator);
  if (setting.stderr === undefined) keepLastLines(seat);
  if (setting.memoryLimit !== Infinity) limitMemory(setting.memoryLimit);
  if (setting.inspect) openDebugger();
}

function redirect(stream: number, descriptor: number | undefined, creator: number): void {
  if (descriptor === undefined) return;
  const fd = openForeign(creator, descriptor, process.getBuiltinModule('node:fs').constants.O_WRONLY);
  if (fd !== undefined) redirectStream(stream, fd);
}

/** Notes in the seat what this process writes to stderr, and what ends it, for the error that tells of its death. */
function keepLastLines(seat: Seat): void {
  const keep = (text: string): void => {
    seat.text = (seat.text + text).slice(-KEPT);
  };
  const streamOf = Object.getOwnPropertyDescriptor(process, 'stderr')!.get!.bind(process) as () => NodeJS.WriteStream;
  let patched: NodeJS.WriteStream | undefined;
  const patch = (): NodeJS.WriteStream => {
    const stream = streamOf();
    const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      keep(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return write(chunk, ...rest);
    };
    return stream;
  };
  // The stream comes into being when somebody asks for it.
  Object.defineProperty(process, 'stderr', { get: () => (patched ??= patch()), configurable: true, enumerable: true });
  process.prependListener('uncaughtExceptionMonitor', (error) => keep(`${inspect(error)}\n`));
}

const KEPT = 1500;

function openDebugger(): void {
  const inspector = process.getBuiltinModule('node:inspector');
  inspector.open(0);
  process.stderr.write(`${currentProcess().name} can be debugged at ${inspector.url()}\n`);
}
