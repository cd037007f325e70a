import { ArgumentTypeError, Empty, expected, Full, OSError, ValueError } from '../errors.js';
import { attach, mention } from '../memory/holdings.js';
import { call } from '../memory/waiters.js';
import { patience, type SyncWaitOptions, type WaitOptions } from '../sync/options.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import type { Ledger } from './ledger.js';
import { pack, unpack, unpackSync } from './message.js';
import type { Readiness } from './ready.js';
import { discard, stow, type Message, type Received, type Store, type Taken } from './store.js';
import { Waits } from './waits.js';

const MOST = 2 ** 31 - 1;

/** What all kinds of queues are made of: a store, as this process uses it. */
export class Items {
  readonly store: Store;
  private readonly ledger: Ledger | undefined;
  private readonly waits = new Waits();
  private isClosed = false;
  private readonly next: Waitable<Received<unknown>>;
  private readonly nextSync: Waitable<Received<unknown>>;
  private readonly some: Waitable<true>;

  /** @param ledger keeps account of who has taken how many */
  constructor(store: Store, ledger?: Ledger) {
    this.store = store;
    this.ledger = ledger;
    attach(store, store.address);
    const common = { line: store.messages, object: store.address, cares: false };
    this.next = { ...common, attempt: () => this.take(unpack) };
    this.nextSync = { ...common, attempt: () => this.take(unpackSync) };
    this.some = { ...common, attempt: () => this.isReady() };
  }

  static limitOf(maxsize: number): number {
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize))
      throw new ArgumentTypeError('ERR_QUEUE_MAXSIZE', `maxsize: ${expected('a number', maxsize)}`);
    return maxsize > MOST ? 0 : Math.max(0, Math.trunc(maxsize));
  }

  async put(item: unknown, options?: WaitOptions): Promise<void> {
    const timeout = patience(options);
    this.refuseClosed();
    options?.signal?.throwIfAborted();
    const bytes = pack(item);
    if (this.waits.count === 0 && this.store.put(bytes)) return;
    const message = stow(bytes);
    let stored: true | undefined;
    try {
      stored = await this.waits.for(this.roomFor(message), { timeout, signal: options?.signal });
    } finally {
      if (!stored) discard(message);
    }
    if (!stored) throw full();
  }

  putSync(item: unknown, options?: SyncWaitOptions): void {
    const timeout = patience(options);
    this.refuseClosed();
    const bytes = pack(item);
    if (this.store.put(bytes)) return;
    const message = stow(bytes);
    let stored: true | undefined;
    try {
      stored = waitSync(this.roomFor(message), timeout);
    } finally {
      if (!stored) discard(message);
    }
    if (!stored) throw full();
  }

  async get(options?: WaitOptions): Promise<unknown> {
    const timeout = patience(options);
    this.refuseClosed();
    options?.signal?.throwIfAborted();
    const got =
      (this.waits.count === 0 ? this.take(unpack) : undefined) ??
      (await this.waits.for(this.next, { timeout, signal: options?.signal }));
    if (got === undefined) throw empty();
    return got.value;
  }

  getSync(options?: SyncWaitOptions): unknown {
    const timeout = patience(options);
    this.refuseClosed();
    const got = this.take(unpackSync) ?? waitSync(this.nextSync, timeout);
    if (got === undefined) throw empty();
    return got.value;
  }

  /** @throws {OSError} ERR_QUEUE_CLOSED */
  isEmpty(): boolean {
    if (this.isClosed) throw new OSError(CLOSED, 'Queue is closed');
    return this.store.size === 0;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.waits.end(closedError());
  }

  get closed(): boolean {
    return this.isClosed;
  }

  readiness(): Readiness {
    this.refuseClosed();
    return { waitable: this.some, closed: this.waits.closed };
  }

  /** What stands for it in the message that is being written. */
  travel(): number {
    mention(this.store, this.store.address);
    return this.store.address;
  }

  private roomFor(message: Message): Waitable<true> {
    const { room, address } = this.store;
    return { line: room, object: address, cares: false, attempt: () => this.store.put(message) || undefined };
  }

  private take<T>(read: (message: Taken) => T): Received<T> | undefined {
    return this.ledger === undefined ? this.store.receive(read) : this.takeAccountably(this.ledger, read);
  }

  private takeAccountably<T>(ledger: Ledger, read: (message: Taken) => T): Received<T> | undefined {
    ledger.inHand(1);
    let received: Received<T> | undefined;
    let failed = true;
    try {
      received = this.store.receive(read);
      failed = false;
    } finally {
      if (failed)
        ledger.report(); // nobody has it who could
      else if (received === undefined) ledger.inHand(-1);
    }
    return received;
  }

  private isReady(): true | undefined {
    if (this.store.size === 0) return undefined;
    call(this.store.messages); // who only looks takes nothing: the call is for the next one
    return true;
  }

  private refuseClosed(): void {
    if (this.isClosed) throw closedError();
  }
}

/** The code of what a closed queue answers, and of what the waits end with that it closes. */
export const CLOSED = 'ERR_QUEUE_CLOSED';

function closedError(): ValueError {
  return new ValueError(CLOSED, 'Queue is closed');
}

function full(): Full {
  return new Full('ERR_QUEUE_FULL', 'the queue is full');
}

function empty(): Empty {
  return new Empty('ERR_QUEUE_EMPTY', 'the queue is empty');
}
