import { EOFError, OSError } from '../errors.js';
import { allocate } from '../memory/heap.js';
import { departed, handle, registerHandle } from '../memory/handle.js';
import { cellAt, type Cell } from '../memory/program.js';
import { call } from '../memory/waiters.js';
import { lookAgain, waitAsync } from '../sync/await.js';
import { patience } from '../sync/options.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { HOLDER_WORDS, Holders } from './holders.js';
import { pack, unpack, unpackSync } from './message.js';
import { Store, type Taken } from './store.js';

/** One direction of a pipe: its messages, and who holds the end that writes and the end that reads. */
class Lane {
  readonly store: Store;
  readonly writers: Holders;
  readonly readers: Holders;

  constructor(address: number) {
    this.store = new Store(cellAt(address).words[cellAt(address).index]!);
    this.writers = new Holders(address + 1);
    this.readers = new Holders(address + 1 + HOLDER_WORDS);
  }

  static create(): number {
    const address = allocate((1 + 2 * HOLDER_WORDS) * 4);
    const { words, index } = cellAt(address);
    words[index] = Store.create(MESSAGES_IN_FLIGHT).address;
    return address;
  }
}

/** A sender waits when the receiver is this many messages behind. */
const MESSAGES_IN_FLIGHT = 4096;

/**
 * One end of a pipe. `Out` is what it sends, `In` what it receives.
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Connection
 */
export class Connection<Out = unknown, In = unknown> {
  readonly #in: Lane | undefined;
  readonly #out: Lane | undefined;
  readonly #addresses: Ends;
  /** The next message, for one who blocks and for those who await, who may have to let others take theirs in between. */
  readonly #message: Waitable<Taken>;
  readonly #messageToKeep: Waitable<Taken>;
  #closed = false;

  /** Made by `Pipe`. */
  constructor(ends: Ends) {
    this.#addresses = ends;
    this.#in = ends.in === 0 ? undefined : new Lane(ends.in);
    this.#out = ends.out === 0 ? undefined : new Lane(ends.out);
    const lane = this.#in;
    const line = lane?.store.messages ?? nowhere;
    this.#message = { line, cares: true, attempt: (patient) => takeOrEnd(lane!, patient, () => lane!.store.take()) };
    this.#messageToKeep = {
      line,
      cares: true,
      attempt: (patient) => takeOrEnd(this.#readable(), patient, () => lane!.store.takeToKeep()),
    };
  }

  /**
   * Sends a value. Waits while the other end is far behind.
   *
   * @throws {OSError} ERR_CONNECTION_CLOSED, ERR_CONNECTION_READ_ONLY, ERR_BROKEN_PIPE: nobody holds the other end
   * @throws {PicklingError} the value cannot travel; nothing is sent
   */
  async send(value: Out): Promise<void> {
    const lane = this.#writable();
    const bytes = pack(value);
    if (!putOrBreak(lane, bytes, false)) await waitAsync(this.#room(bytes.slice()));
  }

  /** Like `send`, and blocks the calling thread. */
  sendSync(value: Out): void {
    const lane = this.#writable();
    const bytes = pack(value);
    if (!putOrBreak(lane, bytes, false)) waitSync(this.#room(bytes));
  }

  /**
   * Receives the next value; waits until there is one.
   *
   * @throws {EOFError} ERR_EOF: nothing is left to receive, and nobody holds the other end
   * @throws {OSError} ERR_CONNECTION_CLOSED, ERR_CONNECTION_WRITE_ONLY
   */
  async recv(): Promise<In> {
    const taken = this.#readable().store.take() ?? (await waitAsync(this.#messageToKeep));
    return unpack(taken!) as In | Promise<In>;
  }

  /** Like `recv`, and blocks the calling thread. */
  recvSync(): In {
    return unpackSync(this.#readable().store.take() ?? waitSync(this.#message)!) as In;
  }

  /** Whether `recv` would not wait; waits up to `timeout` milliseconds for that, which are 0 unless given. */
  async poll(timeout = 0): Promise<boolean> {
    return (await waitAsync(this.#readiness(), { timeout: patience({ timeout }) })) ?? false;
  }

  /** Like `poll`, and blocks the calling thread. */
  pollSync(timeout = 0): boolean {
    return waitSync(this.#readiness(), patience({ timeout })) ?? false;
  }

  /** Gives this end up in this process. Once nobody holds it, the other end sees the end of the messages. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#in?.readers.remove();
    this.#out?.writers.remove();
    if (this.#out) call(this.#out.store.messages, Infinity);
    if (this.#in) call(this.#in.store.room, Infinity);
    // The waits of this object end too.
    if (this.#in) lookAgain(this.#in.store.messages);
    if (this.#out) lookAgain(this.#out.store.room);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get readable(): boolean {
    return this.#in !== undefined;
  }

  get writable(): boolean {
    return this.#out !== undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [handle](): [string, Ends] {
    this.#refuseClosed();
    this.#in?.readers.depart();
    this.#out?.writers.depart();
    departed(() => {
      this.#in?.readers.takeBack();
      this.#out?.writers.takeBack();
    });
    return ['Connection', this.#addresses];
  }

  #room(bytes: Uint8Array): Waitable<true> {
    const line = this.#writable().store.room;
    return { line, cares: true, attempt: (patient) => putOrBreak(this.#writable(), bytes, patient) };
  }

  #readiness(): Waitable<true> {
    const line = this.#readable().store.messages;
    const attempt = (patient: boolean): true | undefined => {
      const { store, writers } = this.#readable();
      return store.size > 0 || !writers.any(patient) || undefined;
    };
    return { line, cares: true, attempt };
  }

  #readable(): Lane {
    this.#refuseClosed();
    if (!this.#in) throw new OSError('ERR_CONNECTION_WRITE_ONLY', 'connection is write-only');
    return this.#in;
  }

  #writable(): Lane {
    this.#refuseClosed();
    if (!this.#out) throw new OSError('ERR_CONNECTION_READ_ONLY', 'connection is read-only');
    return this.#out;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new OSError('ERR_CONNECTION_CLOSED', 'handle is closed');
  }
}

/** The lanes of an end, as addresses; 0: it has none in that direction. */
interface Ends {
  readonly in: number;
  readonly out: number;
}

const nowhere: Cell = { words: new Int32Array(1), index: 0, address: -1 };

function takeOrEnd(lane: Lane, patient: boolean, take: () => Taken | undefined): Taken | undefined {
  const taken = take();
  if (taken !== undefined || lane.writers.any(patient)) return taken;
  // What was sent before the last writer went is still to be had.
  const last = take();
  if (last === undefined) throw new EOFError('ERR_EOF', 'nothing is left to receive, and nobody holds the other end');
  return last;
}

function putOrBreak(lane: Lane, bytes: Uint8Array, patient: boolean): true | undefined {
  if (!lane.readers.any(patient)) {
    throw new OSError('ERR_BROKEN_PIPE', 'nobody holds the other end of this connection');
  }
  return lane.store.put(bytes) || undefined;
}

/**
 * A pipe: two connected ends, which travel anywhere a value does. Both send and receive, or with `duplex` false the first
 * only receives and the second only sends.
 *
 * @example
 * const [here, there] = Pipe<string, number>();
 * await new Process({ target: async () => there.send((await there.recv()).length) }).start();
 * await here.send('hello');
 * console.log(await here.recv()); // 5
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Pipe
 */
export function Pipe<Out = unknown, In = Out>(duplex = true): [Connection<Out, In>, Connection<In, Out>] {
  const back = Lane.create();
  const forth = duplex ? Lane.create() : 0;
  return [open({ in: back, out: forth }), open({ in: forth, out: back })];
}

function open<Out, In>(ends: Ends): Connection<Out, In> {
  if (ends.in !== 0) new Holders(ends.in + 1 + HOLDER_WORDS).add();
  if (ends.out !== 0) new Holders(ends.out + 1).add();
  return new Connection<Out, In>(ends);
}

registerHandle('Connection', (state) => {
  const ends = state as Ends;
  if (ends.in !== 0) new Holders(ends.in + 1 + HOLDER_WORDS).arrive();
  if (ends.out !== 0) new Holders(ends.out + 1).arrive();
  return new Connection(ends);
});
