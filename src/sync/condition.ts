import { ArgumentTypeError, AssertionError, expected, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { mention } from '../memory/holdings.js';
import { waitAsync } from './await.js';
import { core, Holdable } from './holdable.js';
import { Lock } from './lock.js';
import type { LockCore } from './lock-core.js';
import type { Got } from './mutex.js';
import { giveBack, isNotified, leave, Notices } from './notices.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';
import { currentOwner } from './owner.js';
import { RLock } from './rlock.js';
import type { Row } from './roster.js';
import { waitSync } from './wait.js';
import type { Waitable } from './waitable.js';

type Until = Omit<WaitOptions, 'block'>;
type SyncUntil = Omit<SyncWaitOptions, 'block'>;

/** A wait that has begun: the lock is released. */
interface Begun {
  readonly row: Row;
  readonly owner: number;
  readonly depth: number;
  readonly waitable: Waitable<Ended>;
}

/** How a wait ended: the lock is held again when its holder has died meanwhile. */
type Ended = 'notified' | 'abandoned';

/**
 * Lets processes wait, under a lock, until another one says that something has changed. Without a lock it makes an RLock.
 *
 * @example
 * const condition = new Condition();
 * const stock = new Value('i', 0);
 * const consume = async () => {
 *   using held = await condition.hold();
 *   await condition.waitFor(() => stock.value > 0);
 *   stock.value--;
 * };
 * const produce = () => {
 *   using held = condition.holdSync();
 *   stock.value++;
 *   condition.notify();
 * };
 *
 * @throws {TypeError} ERR_CONDITION_LOCK: the lock is neither a Lock nor an RLock
 * @see https://docs.python.org/3/library/threading.html#condition-objects
 */
export class Condition extends Holdable {
  readonly #lock: Lock | RLock;
  readonly #notices: Notices;

  /** With a lock of its own, an RLock, or with one that is used elsewhere as well. */
  constructor(lock: Lock | RLock = new RLock(), at?: Notices) {
    super();
    if (!(lock instanceof Lock || lock instanceof RLock)) {
      throw new ArgumentTypeError('ERR_CONDITION_LOCK', `lock: ${expected('a Lock or an RLock', lock)}`);
    }
    this.#lock = lock;
    this.#notices = at ?? Notices.create();
  }

  /** Acquires the lock: see there. */
  acquire(options?: WaitOptions): Promise<boolean> {
    return this.#lock.acquire(options);
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    return this.#lock.acquireSync(options);
  }

  /** Releases the lock: see there. */
  release(): void {
    this.#lock.release();
  }

  /** Whether somebody holds the lock at this moment. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Releases the lock until another one notifies the caller, and resolves when the caller holds the lock again: with true,
   * or with false when `timeout` milliseconds were over before. It holds the lock also when the signal ends the wait.
   *
   * @throws {AssertionError} ERR_LOCK_NOT_OWNED: the caller does not hold the lock
   * @throws {OwnerDiedError} ERR_OWNER_DIED: a process died that held the lock; the caller does not hold it
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   */
  async wait(options?: Until): Promise<boolean> {
    const timeout = patience(options);
    const wait = this.#begin();
    let ended: Ended | undefined;
    try {
      ended = await waitAsync(wait.waitable, { timeout, signal: options?.signal });
    } catch (error) {
      // It has been notified at the same time: that is for somebody else.
      const notified = this.#end(wait, undefined, await this.#again(wait, undefined));
      if (notified) this.#notices.notify(1);
      throw error;
    }
    return this.#end(wait, ended, await this.#again(wait, ended));
  }

  /** Like `wait`, and blocks the calling thread. */
  waitSync(options?: SyncUntil): boolean {
    const timeout = patience(options);
    const wait = this.#begin();
    let ended: Ended | undefined;
    try {
      ended = waitSync(wait.waitable, timeout);
    } catch (error) {
      this.#end(wait, undefined, this.#core.acquireAgainSync(wait.owner));
      throw error;
    }
    return this.#end(wait, ended, ended === 'abandoned' ? ended : this.#core.acquireAgainSync(wait.owner));
  }

  /**
   * Waits until `predicate` gives something true, and resolves with that, or with what it gave last when `timeout`
   * milliseconds are over. The predicate is called under the lock; it may be asynchronous.
   *
   * @throws as `wait`
   */
  async waitFor<T>(predicate: () => T, options?: Until): Promise<Awaited<T>> {
    const deadline = performance.now() + patience(options);
    for (;;) {
      const result = await predicate();
      if (result || !(await this.wait({ timeout: left(deadline), signal: options?.signal }))) {
        return result || (await predicate());
      }
    }
  }

  /** Like `waitFor`, and blocks the calling thread. */
  waitForSync<T>(predicate: () => T, options?: SyncUntil): T {
    const deadline = performance.now() + patience(options);
    for (;;) {
      const result = predicate();
      if (result || !this.waitSync({ timeout: left(deadline) })) return result || predicate();
    }
  }

  /**
   * Wakes one of those who wait, or `count` of them: those who have waited longest. They go on when the caller has
   * released the lock.
   *
   * @throws {AssertionError} ERR_LOCK_NOT_OWNED: the caller does not hold the lock
   * @throws {ValueError} ERR_NOTIFY_COUNT
   */
  notify(count = 1): void {
    this.#checkOwned();
    if (!Number.isInteger(count) || count < 0) {
      throw new ValueError('ERR_NOTIFY_COUNT', `count: ${expected('a whole number, 0 or more', count)}`);
    }
    this.#notices.notify(count);
  }

  /** Wakes all who wait. */
  notifyAll(): void {
    this.#checkOwned();
    this.#notices.notify(Infinity);
  }

  get #core(): LockCore {
    return this.#lock[core];
  }

  #checkOwned(): void {
    if (!this.#core.isOwnedBy(currentOwner())) throw new AssertionError('ERR_LOCK_NOT_OWNED', 'lock is not owned');
  }

  #begin(): Begun {
    this.#checkOwned();
    const row = this.#notices.enter();
    const owner = currentOwner();
    const depth = this.#core.suspend();
    const { line, address } = this.#notices;
    const attempt = (patient: boolean, called = false): Ended | undefined => {
      if (isNotified(row)) return 'notified';
      if (!patient && !called) return undefined;
      // Somebody may have died: one who was notified, or who holds the lock and would have notified us.
      this.#notices.passOn(patient);
      if (isNotified(row)) return 'notified';
      return this.#core.takeFromDead(owner, patient) && 'abandoned';
    };
    return { row, owner, depth, waitable: { line, object: address, cares: true, attempt } };
  }

  async #again({ owner }: Begun, ended: Ended | undefined): Promise<Got | undefined> {
    return ended === 'abandoned' ? ended : await this.#core.acquireAgain(owner);
  }

  /** With the lock held again. Says whether the wait ended by a notice. */
  #end({ row, depth, owner }: Begun, ended: Ended | undefined, got: Got | undefined): boolean {
    const notified = ended === 'abandoned' || !leave(row);
    giveBack(row);
    this.#core.settle(got);
    this.#core.restore(depth, owner);
    return notified;
  }

  /** As in Python: `<Condition(<RLock(None, 0)>, 2)>`, with the number of those who wait. */
  override toString(): string {
    return `<Condition(${String(this.#lock)}, ${this.#notices.waitingCount})>`;
  }

  [handle](): [string, unknown] {
    mention(this.#notices, this.#notices.address);
    return ['Condition', [this.#lock, this.#notices.address]];
  }
}

function left(deadline: number): number {
  return deadline === Infinity ? Infinity : Math.max(0, deadline - performance.now());
}

registerHandle('Condition', (state) => {
  const [lock, address] = state as [Lock, number];
  return new Condition(lock, new Notices(address));
});
