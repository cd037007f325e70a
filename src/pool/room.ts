import fs from 'node:fs';
import type net from 'node:net';
import type { PassThrough, Readable } from 'node:stream';
import { closeDescriptor } from '../system/close.js';
import { createPipe } from '../system/pipe.js';

/**
 * Where what the workers print goes: 'inherit' to the streams of the fork server, that is of the program; 'prefix' to the
 * program's, whole lines with the worker's name before each; 'pipe' to `pool.stdout` and `pool.stderr`; 'ignore' nowhere.
 */
export type Stdio = 'inherit' | 'prefix' | 'pipe' | 'ignore';

/** What a worker's streams lead to, on our side. */
export interface Room {
  /** Descriptors of this process; undefined where they are inherited. */
  readonly stdout: number | undefined;
  readonly stderr: number | undefined;
  /** Called when the worker has its name. */
  open(name: string): void;
  /** Called when it has ended; resolves with the end of its stderr, if that came through here. */
  leave(): Promise<string | undefined>;
}

/** Makes the rooms of a pool's workers. */
export class House {
  readonly #stdio: Stdio;
  /** What all workers have printed, with 'pipe'. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  #null: number | undefined;

  constructor(stdio: Stdio) {
    this.#stdio = stdio;
    this.stdout = stdio === 'pipe' ? createStream() : null;
    this.stderr = stdio === 'pipe' ? createStream() : null;
  }

  room(): Room {
    if (this.#stdio === 'inherit') return { ...EMPTY_ROOM, stdout: undefined, stderr: undefined };
    if (this.#stdio === 'ignore') {
      this.#null ??= fs.openSync('/dev/null', 'w');
      return { ...EMPTY_ROOM, stdout: this.#null, stderr: this.#null };
    }
    return this.#pipedRoom();
  }

  /** When no worker is left. */
  close(): void {
    (this.stdout as PassThrough | null)?.end();
    (this.stderr as PassThrough | null)?.end();
    if (this.#null !== undefined) fs.closeSync(this.#null);
    this.#null = undefined;
  }

  #pipedRoom(): Room {
    let name = '';
    const pass = (stream: 'stdout' | 'stderr') => (text: string) => {
      if (this.#stdio === 'pipe') (this[stream] as PassThrough).write(text);
      else process[stream].write(text.replaceAll(/^(?=[^])/gm, `[${name}] `));
    };
    const out = new Outlet(pass('stdout'));
    const error = new Outlet(pass('stderr'));
    return {
      stdout: out.descriptor,
      stderr: error.descriptor,
      open: (given) => (name = given),
      leave: async () => {
        await Promise.all([out.close(), error.close()]);
        return error.lastLines;
      },
    };
  }
}

/** Node loads its streams when they are first asked for: two milliseconds of the library's import. */
function createStream(): PassThrough {
  return new (process.getBuiltinModule('node:stream').PassThrough)();
}

const EMPTY_ROOM = { open: () => {}, leave: () => Promise.resolve(undefined) };

// What is kept for the error that tells of a worker's death.
const KEPT = 2000;

// Others that the worker has started may hold its streams; nobody waits for them longer than this.
const PATIENCE = 200;

/** A pipe that a worker writes to; what it writes is passed on in whole lines. */
class Outlet {
  readonly descriptor: number;
  readonly #ended: Promise<void>;
  readonly #socket: net.Socket;
  readonly #pass: (text: string) => void;
  #line = '';
  lastLines = '';

  constructor(pass: (text: string) => void) {
    this.#pass = pass;
    const { readEnd, writeEnd } = createPipe();
    this.descriptor = writeEnd;
    const { Socket } = process.getBuiltinModule('node:net');
    this.#socket = new Socket({ fd: readEnd, readable: true, writable: false });
    this.#socket.setEncoding('utf8').on('data', (text) => this.#receive(String(text)));
    this.#socket.on('error', () => {}); // it closes, and that is what is waited for
    this.#ended = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.unref();
  }

  /** Once the worker has ended: what is still in the pipe comes first. */
  async close(): Promise<void> {
    closeDescriptor(this.descriptor);
    const alarm = setTimeout(() => this.#socket.destroy(), PATIENCE);
    await this.#ended;
    clearTimeout(alarm);
    if (this.#line !== '') this.#send(`${this.#line}\n`);
  }

  #receive(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) this.#send(this.#line + text.slice(0, end));
    this.#line = end > 0 ? text.slice(end) : this.#line + text;
  }

  #send(lines: string): void {
    this.lastLines = (this.lastLines + lines).slice(-KEPT);
    this.#pass(lines);
  }
}
