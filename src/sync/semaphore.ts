import { expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { mention } from '../memory/holdings.js';
import { waitAsync } from './await.js';
import { Holdable } from './holdable.js';
import type { At } from './lock-core.js';
import { notePermit, notePermitsFree } from './left.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';
import { MOST_PERMITS, Permits } from './permits.js';
import { waitSync } from './wait.js';

/**
 * A number of permits: who acquires takes one, or waits for one; who releases gives one back, whoever acquired it. What a
 * process holds that dies is given back for it, but never more than there were at first.
 *
 * @example
 * const connections = new Semaphore(3);
 * {
 *   using held = await connections.hold();
 *   // at most three are here
 * }
 *
 * @throws {ValueError} ERR_SEMAPHORE_VALUE: the value is no whole number, 0 or more
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Semaphore
 */
export class Semaphore extends Holdable {
  readonly #permits: Permits;

  /** With so many permits at first: a whole number, 0 or more. */
  constructor(value = 1, at?: At) {
    super();
    this.#permits = at
      ? new Permits(at.address, this.isBounded)
      : Permits.create(checkCount('value', value, 0), this.isBounded);
  }

  /** Whether there can never be more permits than at first. */
  protected get isBounded(): boolean {
    return false;
  }

  /**
   * Resolves with true when the caller has a permit, with false when `timeout` milliseconds are over.
   *
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   */
  async acquire(options?: WaitOptions): Promise<boolean> {
    const wait = { timeout: patience(options), signal: options?.signal };
    return this.#settle(await waitAsync(this.#permits, wait));
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    const timeout = options && patience(options);
    const permits = this.#permits;
    return this.#settle(permits.takeFree() ? true : waitSync(permits, timeout));
  }

  /**
   * Gives back one permit, or `count` of them.
   *
   * @throws {ValueError} ERR_SEMAPHORE_VALUE, ERR_SEMAPHORE_BOUND: there would be more than there can be
   */
  release(count = 1): void {
    if (count !== 1) checkCount('count', count, 1);
    if (!this.#permits.release(count)) {
      throw new ValueError('ERR_SEMAPHORE_BOUND', 'semaphore or lock released too many times');
    }
    notePermitsFree(this.#permits, count);
  }

  /** How many permits can be acquired at this moment. */
  getValue(): number {
    return this.#permits.free;
  }

  /** Whether none can be acquired at this moment. */
  locked(): boolean {
    return this.getValue() === 0;
  }

  /** As in Python: `<Semaphore(value=3)>`. */
  override toString(): string {
    const bound = this.isBounded ? `, maxvalue=${this.#permits.start}` : '';
    return `<${this.isBounded ? 'Bounded' : ''}Semaphore(value=${this.getValue()}${bound})>`;
  }

  #settle(got: true | undefined): boolean {
    if (got) notePermit(this.#permits);
    return got === true;
  }

  [handle](): [string, number] {
    mention(this.#permits, this.#permits.address);
    return [this.isBounded ? 'BoundedSemaphore' : 'Semaphore', this.#permits.address];
  }
}

/**
 * A semaphore that never has more permits than at first: to release one too many is an error.
 *
 * @example
 * const seats = new BoundedSemaphore(2);
 * seats.acquireSync();
 * seats.release();
 * seats.release(); // ValueError
 *
 * @throws {ValueError} ERR_SEMAPHORE_VALUE: the value is no whole number, 0 or more
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.BoundedSemaphore
 */
export class BoundedSemaphore extends Semaphore {
  protected override get isBounded(): boolean {
    return true;
  }
}

function checkCount(what: string, count: unknown, least: number): number {
  if (typeof count === 'number' && Number.isInteger(count) && count >= least && count <= MOST_PERMITS) return count;
  throw new ValueError('ERR_SEMAPHORE_VALUE', `${what}: ${expected(`a whole number, ${least} or more`, count)}`);
}

registerHandle('Semaphore', (address) => new Semaphore(0, { address: address as number }));
registerHandle('BoundedSemaphore', (address) => new BoundedSemaphore(0, { address: address as number }));
