import { AssertionError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { core, Holdable } from './holdable.js';
import { checkOptions, fromState, type At, type LockOptions } from './lock-core.js';
import { processName } from './names.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';
import { currentOwner } from './owner.js';
import { RecursiveCore } from './recursive-core.js';

/**
 * A lock that its owner may acquire again; it is free when it has been released as many times. Its owner is a process, or
 * a coroutine that `asOwner` has started. Coroutines of one process that are to exclude each other take a `Lock`, or
 * `asOwner`.
 *
 * @example
 * const lock = new RLock();
 * const inner = () => {
 *   using held = lock.holdSync();
 * };
 * const outer = () => {
 *   using held = lock.holdSync();
 *   inner();
 * };
 * outer();
 *
 * @throws {TypeError} ERR_LOCK_OPTIONS
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.RLock
 */
export class RLock extends Holdable {
  readonly [core]: RecursiveCore;

  /** A lock that nobody owns. */
  constructor(options: LockOptions = {}, at?: At) {
    super();
    this[core] = new RecursiveCore(checkOptions(options), at);
  }

  /**
   * Resolves with true when the caller holds the lock, with false when `timeout` milliseconds are over.
   *
   * @throws {OwnerDiedError} ERR_OWNER_DIED: its holder died; the lock is free again, what it guards may be half changed
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   */
  async acquire(options?: WaitOptions): Promise<boolean> {
    const wait = { timeout: patience(options), signal: options?.signal };
    return this[core].settle(await this[core].acquireBy(currentOwner(), wait));
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    return this[core].settle(this[core].acquireSyncBy(currentOwner(), options && patience(options)));
  }

  /** @throws {AssertionError} ERR_LOCK_NOT_OWNED: somebody else holds it, or nobody */
  release(): void {
    if (!this[core].isOwnedBy(currentOwner())) {
      throw new AssertionError('ERR_LOCK_NOT_OWNED', 'attempt to release recursive lock not owned by the caller');
    }
    this[core].leave();
  }

  /** Whether somebody holds it at this moment. */
  locked(): boolean {
    return this[core].isHeld();
  }

  /** Whether its holder has taken it over from a process that died: what it guards may be half changed. */
  get recovered(): boolean {
    return this[core].recovered;
  }

  /** As in Python: `<RLock(None, 0)>`, `<RLock(MainProcess, 2)>`. */
  override toString(): string {
    if (!this.locked()) return '<RLock(None, 0)>';
    if (this[core].isOwnedBy(currentOwner())) return `<RLock(${processName()}, ${this[core].depth})>`;
    return `<RLock(${this[core].isMine() ? 'SomeOtherCoroutine' : 'SomeOtherProcess'}, nonzero)>`;
  }

  [handle](): [string, unknown] {
    return ['RLock', this[core].mentioned()];
  }
}

registerHandle('RLock', (state) => new RLock(...fromState(state)));
