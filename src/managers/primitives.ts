import { BrokenBarrierError, RuntimeError } from '../errors.js';
import { ownerDied, ServerRLock, type Timeout } from './locks.js';
import { callerAware, lineEnded, split, Waits, type Caller } from './waits.js';

/** Conditions, events and barriers as they live in a server, with Python's methods and seconds. */

export class ServerCondition {
  readonly [callerAware] = true;
  readonly #lock = new ServerRLock();
  readonly #waits = new Waits();

  acquire(...args: unknown[]): Promise<boolean> {
    return this.#lock.acquire(...args);
  }

  release(...args: unknown[]): void {
    this.#lock.release(...args);
  }

  async wait(...args: unknown[]): Promise<boolean> {
    const { given, caller } = split(args);
    this.#check('wait on', caller);
    const woken = this.#waits.wait((given[0] as Timeout) ?? null, caller.signal);
    const takeBack = this.#lock.giveUp(caller);
    const result = await woken;
    if (result && caller.gone.aborted) this.#waits.wake(); // it has no use of the notice
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

  /** Of those who wait for a notice one has to learn that the one has died who might have given it. */
  [lineEnded](owner: object): void {
    this.#lock[lineEnded](owner);
    if (this.#waits.count > 0 && this.#lock.settleAbandoned()) this.#waits.fail(ownerDied());
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
    return this.#flag || this.#waits.wait((given[0] as Timeout) ?? null, caller.signal);
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
    const woken = await waits.wait((given[0] as Timeout) ?? this.#timeout, caller.signal);
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
