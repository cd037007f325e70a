import { OwnerDiedError, RuntimeError, ValueError } from '../errors.js';
import type { Client } from './clients.js';
import { callerAware, clientLeft, lineEnded, split, Waits, type Caller } from './waits.js';

/**
 * The locks and semaphores as they live in a server, with the methods, times (seconds) and errors of Python's `threading`.
 * A method is called with its arguments and, last, with the caller.
 *
 * What a client that was killed has held goes to the next one. What one has left behind that ended in good order stays as
 * it is, for anybody to release; but what only its owner could release is handed on.
 */

export type Timeout = number | null | undefined;

/** `-1` and None: for ever. */
function patience(blocking: unknown, timeout: Timeout): number | null {
  if (blocking === false || blocking === 0) return 0;
  return timeout === null || timeout === undefined || timeout === -1 ? null : timeout;
}

export function ownerDied(): OwnerDiedError {
  return new OwnerDiedError('ERR_OWNER_DIED', 'the process that held this lock has died; the lock is free again');
}

export class ServerSemaphore {
  readonly [callerAware] = true;
  protected value: number;
  readonly #initial: number;
  /** How many permits each client has. */
  readonly #holders = new Map<Client, number>();
  protected readonly waits = new Waits();

  constructor(value = 1) {
    if (value < 0) throw new ValueError('ERR_SEMAPHORE_VALUE', 'semaphore initial value must be >= 0');
    this.value = value;
    this.#initial = value;
  }

  async acquire(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    if (caller.signal.aborted) return false;
    if (this.value > 0 && this.waits.count === 0) this.value--;
    // Whoever is woken has been given the permit.
    else if (!(await this.waits.wait(patience(given[0], given[1] as Timeout), caller.signal))) return false;
    this.#holders.set(caller.client, (this.#holders.get(caller.client) ?? 0) + 1);
    return true;
  }

  release(...args: unknown[]): void {
    const { given, caller } = split(args);
    for (let left = typeof given[0] === 'number' ? given[0] : 1; left > 0; left--) {
      this.#takeOff(caller.client);
      this.give();
    }
  }

  protected give(): void {
    if (this.waits.count > 0) this.waits.wake();
    else this.value++;
  }

  /** One who releases what it has not acquired does so for the one who has most. */
  #takeOff(client: Client): void {
    const [most] = [...this.#holders].toSorted(([, a], [, b]) => b - a);
    const holder = this.#holders.has(client) ? client : most?.[0];
    if (holder === undefined) return;
    const count = this.#holders.get(holder)! - 1;
    if (count > 0) this.#holders.set(holder, count);
    else this.#holders.delete(holder);
  }

  [clientLeft](client: Client, died: boolean): void {
    const count = this.#holders.get(client) ?? 0;
    this.#holders.delete(client);
    if (died && count > 0) this.handOn(count);
  }

  /** Never more than there were at first: a signal does not come twice. */
  protected handOn(count: number): void {
    for (let left = count; left > 0 && this.value < this.#initial; left--) this.give();
  }
}

export class ServerBoundedSemaphore extends ServerSemaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  override release(...args: unknown[]): void {
    if (this.value >= this.#bound) throw new ValueError('ERR_SEMAPHORE_BOUND', 'Semaphore released too many times');
    super.release(args.at(-1));
  }
}

export class ServerLock extends ServerSemaphore {
  #isAbandoned = false;

  constructor() {
    super(1);
  }

  override async acquire(...args: unknown[]): Promise<boolean> {
    if (!this.#isAbandoned) return super.acquire(...args);
    this.#isAbandoned = false;
    throw ownerDied();
  }

  override release(...args: unknown[]): void {
    if (this.value > 0) throw new RuntimeError('ERR_LOCK_NOT_HELD', 'release unlocked lock');
    super.release(args.at(-1));
  }

  locked(): boolean {
    return this.value === 0;
  }

  protected override handOn(): void {
    this.#isAbandoned = !this.waits.fail(ownerDied());
    this.give();
  }
}

export class ServerRLock {
  readonly [callerAware] = true;
  #owner: object | null = null;
  #depth = 0;
  #isAbandoned = false;
  readonly #waits = new Waits();

  async acquire(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    const { owner, signal } = caller;
    if (signal.aborted) return false;
    if (this.#isAbandoned) {
      this.#isAbandoned = false;
      throw ownerDied();
    }
    if (this.#owner !== null && this.#owner !== owner) {
      if (!(await this.#waits.wait(patience(given[0], given[1] as Timeout), signal))) return false;
    }
    this.#owner = owner;
    this.#depth++;
    return true;
  }

  release(...args: unknown[]): void {
    const { caller } = split(args);
    if (this.#owner !== caller.owner) throw new RuntimeError('ERR_LOCK_NOT_OWNED', 'cannot release un-acquired lock');
    if (--this.#depth > 0) return;
    this.#give();
  }

  /** The next one owns it from this moment on, although it has not run yet. */
  #give(): void {
    this.#owner = this.#waits.count > 0 ? HANDED_ON : null;
    this.#waits.wake();
  }

  locked(): boolean {
    return this.#owner !== null;
  }

  isOwnedBy({ owner }: Caller): boolean {
    return this.#owner === owner;
  }

  /** Gives it up whatever its depth, and says how to have it back. */
  giveUp(caller: Caller): () => Promise<void> {
    const depth = this.#depth;
    this.#depth = 1;
    this.release(caller);
    return async () => {
      // Whatever has ended the wait: one who is still there holds the lock afterwards.
      if (await this.acquire(true, null, { ...caller, signal: caller.gone })) this.#depth = depth;
    };
  }

  [lineEnded](owner: object): void {
    if (this.#owner !== owner) return;
    this.#depth = 0;
    this.#isAbandoned = !this.#waits.fail(ownerDied());
    this.#give();
  }

  /** Whether the next one is to learn that its owner has died; the question is the answer to it. */
  settleAbandoned(): boolean {
    const was = this.#isAbandoned;
    this.#isAbandoned = false;
    return was;
  }
}

const HANDED_ON = {};
