import { ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { core, Holdable } from './holdable.js';
import { LOCK } from './kinds.js';
import { noteHeld } from './left.js';
import { checkOptions, fromState, LockCore, type At, type LockOptions } from './lock-core.js';
import type { Got } from './mutex.js';
import { processName } from './names.js';
import { patience, type SyncWaitOptions, type WaitOptions } from './options.js';

/**
 * A lock that works between processes, threads and coroutines alike. Not reentrant: whoever acquires it twice waits for
 * itself. Anybody may release it. It travels anywhere a value does.
 *
 * @example
 * const lock = new Lock();
 * {
 *   using held = await lock.hold();
 *   // nobody else is here
 * }
 *
 * @throws {TypeError} ERR_LOCK_OPTIONS
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock
 */
export class Lock extends Holdable {
  readonly [core]: LockCore;

  /** A lock that nobody holds. */
  constructor(options: LockOptions = {}, at?: At) {
    super();
    this[core] = new LockCore(LOCK, checkOptions(options), at);
  }

  /**
   * Resolves with true when the caller holds the lock, with false when `timeout` milliseconds are over.
   *
   * @throws {OwnerDiedError} ERR_OWNER_DIED: its holder died; the lock is free again, what it guards may be half changed
   * @throws {TypeError} ERR_TIMEOUT_VALUE, ERR_WAIT_OPTIONS
   */
  async acquire(options?: WaitOptions): Promise<boolean> {
    const wait = { timeout: patience(options), signal: options?.signal };
    return this.#settle(await this[core].acquire(wait));
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    const timeout = options && patience(options);
    const lock = this[core];
    if (!lock.takeFree()) return this.#settle(lock.acquireSync(timeout));
    noteHeld(lock);
    return true;
  }

  /** @throws {ValueError} ERR_LOCK_NOT_HELD */
  release(): void {
    if (!this[core].release()) throw new ValueError('ERR_LOCK_NOT_HELD', 'semaphore or lock released too many times');
  }

  /** Whether somebody holds it at this moment. */
  locked(): boolean {
    return this[core].isHeld();
  }

  /** Whether its holder has taken it over from a process that died: what it guards may be half changed. */
  get recovered(): boolean {
    return this[core].recovered;
  }

  /** As in Python: `<Lock(owner=None)>`. */
  override toString(): string {
    const owner = this[core].isMine() ? processName() : this.locked() ? 'SomeOtherProcess' : 'None';
    return `<Lock(owner=${owner})>`;
  }

  #settle(got: Got | undefined): boolean {
    const isHeld = this[core].settle(got);
    if (isHeld) noteHeld(this[core]);
    return isHeld;
  }

  [handle](): [string, unknown] {
    return ['Lock', this[core].mentioned()];
  }
}

registerHandle('Lock', (state) => new Lock(...fromState(state)));
