import { ArgumentTypeError, BrokenBarrierError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { mention } from '../memory/holdings.js';
import { Arrivals, type Outcome, type Place } from './arrivals.js';
import { waitAsync } from './await.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';
import { waitSync } from './wait.js';
import type { Waitable } from './waitable.js';

/** How a barrier is made. */
export interface BarrierOptions {
  /** Called by one of the parties when all have arrived, before any of them goes on. */
  readonly action?: (() => unknown) | null | undefined;
  /** Milliseconds that a wait may last unless it says otherwise; for ever unless given. */
  readonly timeout?: number | null | undefined;
}

type Until = Omit<WaitOptions, 'block'>;
type SyncUntil = Omit<SyncWaitOptions, 'block'>;

/**
 * Lets a number of parties wait for each other. When one of them will not come, because its wait timed out, its action
 * threw, or its process died while it waited, the barrier is broken: all others get a BrokenBarrierError, until `reset`.
 *
 * @example
 * const barrier = new Barrier(2, { timeout: 5000 });
 * const child = new Process({ target: async () => void (await barrier.wait()) });
 * await child.start();
 * const index = await barrier.wait(); // 0 or 1: no other party has the same
 *
 * @throws {ValueError} ERR_BARRIER_PARTIES: the parties are no whole number, 1 or more
 * @throws {TypeError} ERR_BARRIER_OPTIONS, ERR_TIMEOUT_VALUE
 * @see https://docs.python.org/3/library/threading.html#barrier-objects
 */
export class Barrier {
  readonly #arrivals: Arrivals;
  readonly #action: (() => unknown) | undefined;
  readonly #timeout: number | undefined;

  /** For so many parties: a whole number, 1 or more. */
  constructor(parties: number, options: BarrierOptions = {}, at?: Arrivals) {
    const { action, timeout } = checkOptions(options);
    patience({ timeout: timeout ?? undefined });
    this.#action = action ?? undefined;
    this.#timeout = timeout ?? undefined;
    this.#arrivals = at ?? Arrivals.create(checkParties(parties));
  }

  /** How many have to arrive. */
  get parties(): number {
    return this.#arrivals.parties;
  }

  /** How many have arrived and wait. */
  get nWaiting(): number {
    return this.#arrivals.waiting;
  }

  /** Whether it is broken: whoever waits gets a BrokenBarrierError, until `reset`. */
  get broken(): boolean {
    return this.#arrivals.isBroken;
  }

  /**
   * Resolves when all parties have arrived, with a number from 0 to the parties less one, another one for each. The signal
   * takes the caller's arrival back; a timeout breaks the barrier, and so does the end of the coroutine that waits.
   *
   * @throws {BrokenBarrierError} ERR_BARRIER_BROKEN
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   * @throws what the action throws, for the one who called it
   */
  async wait(options?: Until): Promise<number> {
    const deadline = performance.now() + this.#patience(options);
    const signal = options?.signal;
    // At once: not behind those coroutines of this process who are there already, and wait for this one.
    const entry =
      this.#arrivals.arrive(false) ?? (await waitAsync(this.#entrance(), { timeout: left(deadline), signal }));
    const place = this.#entered(entry);
    if (place.last) {
      try {
        await this.#action?.();
      } catch (error) {
        throw this.#failed(place, error);
      }
      return this.#pass(place);
    }
    try {
      return this.#left(place, await waitAsync(this.#outcomeOf(place), { timeout: left(deadline), signal }));
    } catch (error) {
      // One that was killed will not go on with the others, as one whose process has died.
      const outcome = signal?.aborted ? this.#arrivals.depart(place) : void this.#arrivals.giveUp(place);
      if (outcome === undefined) throw error;
      return settle(place, outcome);
    }
  }

  /** Like `wait`, and blocks the calling thread; the action must be synchronous. */
  waitSync(options?: SyncUntil): number {
    const deadline = performance.now() + this.#patience(options);
    const place = this.#entered(waitSync(this.#entrance(), left(deadline)));
    if (!place.last) return this.#waitForOthersSync(place, deadline);
    try {
      checkDone(this.#action?.());
    } catch (error) {
      throw this.#failed(place, error);
    }
    return this.#pass(place);
  }

  #waitForOthersSync(place: Place, deadline: number): number {
    let outcome: Outcome | undefined;
    try {
      outcome = waitSync(this.#outcomeOf(place), left(deadline));
    } catch (error) {
      this.#arrivals.depart(place);
      throw error;
    }
    return this.#left(place, outcome);
  }

  /** Breaks the barrier: those who wait, and those who come, get a BrokenBarrierError. */
  abort(): void {
    this.#arrivals.breakIt();
  }

  /** Makes it as it was at first; those who wait get a BrokenBarrierError. */
  reset(): void {
    this.#arrivals.reset();
  }

  #patience(options: SyncUntil | undefined): number {
    return patience(options?.timeout === undefined ? { ...options, timeout: this.#timeout } : options);
  }

  #entrance(): Waitable<Place | 'broken'> {
    const { line, address } = this.#arrivals;
    return { line, object: address, cares: true, attempt: (patient) => this.#arrivals.arrive(patient) };
  }

  #outcomeOf(place: Place): Waitable<Outcome> {
    const attempt = (patient: boolean, called = false): Outcome | undefined =>
      this.#arrivals.outcome(place, patient || called, patient);
    return { line: this.#arrivals.line, object: this.#arrivals.address, cares: true, attempt };
  }

  #entered(place: Place | 'broken' | undefined): Place {
    if (place === undefined) this.#arrivals.breakIt();
    if (place === undefined || place === 'broken') throw broken();
    return place;
  }

  /** Without an outcome: its time is over. */
  #left(place: Place, outcome: Outcome | undefined): number {
    if (outcome === undefined) return settle(place, this.#arrivals.giveUp(place));
    this.#arrivals.depart(place);
    return settle(place, outcome);
  }

  #pass(place: Place): number {
    this.#arrivals.pass(place);
    return settle(place, this.#arrivals.depart(place));
  }

  #failed(place: Place, error: unknown): unknown {
    this.#arrivals.giveUp(place);
    return error;
  }

  /** As in Python: `<Barrier at 0x40: waiters=0/3>`. */
  toString(): string {
    const state = this.broken ? 'broken' : `waiters=${this.nWaiting}/${this.parties}`;
    return `<Barrier at 0x${this.#arrivals.address.toString(16)}: ${state}>`;
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }

  [handle](): [string, unknown] {
    mention(this.#arrivals, this.#arrivals.address);
    return ['Barrier', [this.#arrivals.address, this.#action, this.#timeout]];
  }
}

function settle({ index }: Place, outcome: Outcome | undefined): number {
  if (outcome === 'passed') return index;
  throw broken();
}

function broken(): BrokenBarrierError {
  return new BrokenBarrierError('ERR_BARRIER_BROKEN', 'the barrier is broken, or was reset while this party waited');
}

function left(deadline: number): number {
  return deadline === Infinity ? Infinity : Math.max(0, deadline - performance.now());
}

function checkParties(parties: unknown): number {
  if (typeof parties === 'number' && Number.isInteger(parties) && parties >= 1 && parties < 2 ** 29) return parties;
  throw new ValueError('ERR_BARRIER_PARTIES', `parties: ${expected('a whole number, 1 or more', parties)}`);
}

function checkOptions(options: BarrierOptions): BarrierOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentTypeError('ERR_BARRIER_OPTIONS', `options: ${expected('an object', options)}`);
  }
  const { action } = options;
  if (action === undefined || action === null || typeof action === 'function') return options;
  throw new ArgumentTypeError('ERR_BARRIER_OPTIONS', `action: ${expected('a function', action)}`);
}

function checkDone(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  Promise.resolve(result).catch(() => {}); // what becomes of it is nobody's any more
  throw new ArgumentTypeError('ERR_BARRIER_ACTION', 'the action of a blocking wait must not return a promise');
}

registerHandle('Barrier', (state) => {
  const [address, action, timeout] = state as [number, (() => unknown) | undefined, number | undefined];
  return new Barrier(1, { action, timeout }, new Arrivals(address));
});
