import { BrokenBarrierError, RuntimeError, ValueError } from '../errors.js';
import { callerAware, Waits, type Caller } from './waits.js';

/**
 * The locks and their like as they live in a server, with the methods, times (seconds) and errors of Python's `threading`.
 * A method is called with its arguments and, last, with the caller.
 */

type Timeout = number | null | undefined;

/** `-1` and None: for ever. */
function patience(blocking: unknown, timeout: Timeout): number | null {
  if (blocking === false || blocking === 0) return 0;
  return timeout === null || timeout === undefined || timeout === -1 ? null : timeout;
}

/** What callers give between their arguments and the caller that the server adds. */
function split(args: readonly unknown[]): { given: readonly unknown[]; caller: Caller } {
  return { given: args.slice(0, -1), caller: args.at(-1) as Caller };
}

export class ServerSemaphore {
  readonly [callerAware] = true;
  value: number;
  protected readonly waits = new Waits();

  constructor(value = 1) {
    if (value < 0) throw new ValueError('ERR_SEMAPHORE_VALUE', 'semaphore initial value must be >= 0');
    this.value = value;
  }

  async acquire(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    if (this.value > 0 && this.waits.count === 0) {
      this.value--;
      return true;
    }
    // Whoever is woken has been given the permit.
    return this.waits.wait(patience(given[0], given[1] as Timeout), caller);
  }

  release(count: unknown = 1): void {
    for (let left = typeof count === 'number' ? count : 1; left > 0; left--) {
      if (this.waits.count > 0) this.waits.wake();
      else this.value++;
    }
  }
}

export class ServerBoundedSemaphore extends ServerSemaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  override release(): void {
    if (this.value >= this.#bound) throw new ValueError('ERR_SEMAPHORE_BOUND', 'Semaphore released too many times');
    super.release();
  }
}

export class ServerLock extends ServerSemaphore {
  constructor() {
    super(1);
  }

  override release(): void {
    if (this.value > 0) throw new RuntimeError('ERR_LOCK_NOT_HELD', 'release unlocked lock');
    super.release();
  }

  locked(): boolean {
    return this.value === 0;
  }
}

export class ServerRLock {
  readonly [callerAware] = true;
  #owner: object | null = null;
  #depth = 0;
  readonly #waits = new Waits();

  async acquire(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    if (this.#owner !== null && this.#owner !== caller.owner) {
      if (!(await this.#waits.wait(patience(given[0], given[1] as Timeout), caller))) return false;
    }
    this.#owner = caller.owner;
    this.#depth++;
    return true;
  }

  release(caller: Caller): void {
    if (this.#owner !== caller.owner) throw new RuntimeError('ERR_LOCK_NOT_OWNED', 'cannot release un-acquired lock');
    if (--this.#depth > 0) return;
    // The next one owns it from this moment on, although it has not run yet.
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
      await this.acquire(true, null, caller);
      this.#depth = depth;
    };
  }
}

const HANDED_ON = {};

export class ServerCondition {
  readonly [callerAware] = true;
  readonly #lock = new ServerRLock();
  readonly #waits = new Waits();

  acquire(...args: unknown[]): Promise<boolean> {
    return this.#lock.acquire(...args);
  }

  release(caller: Caller): void {
    this.#lock.release(caller);
  }

  async wait(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    this.#check('wait on', caller);
    const woken = this.#waits.wait((given[0] as Timeout) ?? null, caller);
    const takeBack = this.#lock.giveUp(caller);
    const result = await woken;
    await takeBack();
    return result;
  }

  notify(...args: unknown[]): void {
    const { given, caller } = split(args);
    this.#check('notify on', caller);
    this.#waits.wake((given[0] as number | undefined) ?? 1);
  }

  notify_all(caller: Caller): void {
    this.notify(Infinity, caller);
  }

  #check(what: string, caller: Caller): void {
    if (!this.#lock.isOwnedBy(caller)) throw new RuntimeError('ERR_LOCK_NOT_OWNED', `cannot ${what} un-acquired lock`);
  }
}

export class ServerEvent {
  readonly [callerAware] = true;
  #flag = false;
  readonly #waits = new Waits();

  is_set(): boolean {
    return this.#flag;
  }

  set(): void {
    this.#flag = true;
    this.#waits.wake(Infinity);
  }

  clear(): void {
    this.#flag = false;
  }

  async wait(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    return this.#flag || this.#waits.wait((given[0] as Timeout) ?? null, caller);
  }
}

export class ServerBarrier {
  readonly [callerAware] = true;
  readonly parties: number;
  readonly #timeout: number | null;
  #waits = new Waits();
  broken = false;

  constructor(parties: number, _action?: unknown, timeout: number | null = null) {
    this.parties = parties;
    this.#timeout = timeout;
  }

  get n_waiting(): number {
    return this.#waits.count;
  }

  async wait(...args: unknown[]): Promise<number> {
    const { given, caller } = split(args);
    if (this.broken) throw brokenBarrier();
    const waits = this.#waits;
    const place = waits.count;
    if (place === this.parties - 1) {
      this.#waits = new Waits();
      waits.wake(Infinity);
      return place;
    }
    const woken = await waits.wait((given[0] as Timeout) ?? this.#timeout, caller);
    if (!woken && waits === this.#waits) this.abort();
    if (!woken || this.#aborted.has(waits)) throw brokenBarrier();
    return place;
  }

  readonly #aborted = new WeakSet<Waits>();

  abort(): void {
    this.broken = true;
    this.#breakUp();
  }

  reset(): void {
    this.broken = false;
    this.#breakUp();
  }

  #breakUp(): void {
    const waits = this.#waits;
    this.#waits = new Waits();
    this.#aborted.add(waits);
    waits.wake(Infinity);
  }

  __getattribute__(name: unknown): unknown {
    if (name === 'parties' || name === 'n_waiting' || name === 'broken') return this[name];
    throw new RuntimeError('ERR_MANAGER_ATTRIBUTE', `'Barrier' object has no attribute '${String(name)}'`);
  }
}

function brokenBarrier(): BrokenBarrierError {
  return new BrokenBarrierError('ERR_BARRIER_BROKEN', 'the barrier is broken');
}
