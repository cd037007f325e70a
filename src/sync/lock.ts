import { OwnerDiedError, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { Mutex, type Got } from './mutex.js';
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
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock
 */
export class Lock {
  readonly #mutex: Mutex;

  constructor(mutex: Mutex = Mutex.create()) {
    this.#mutex = mutex;
  }

  /**
   * Resolves with true when the caller holds the lock, with false when `timeout` milliseconds are over.
   *
   * @throws {OwnerDiedError} ERR_OWNER_DIED: its holder died; the lock is free again, what it guards may be half changed
   */
  async acquire(options: WaitOptions = {}): Promise<boolean> {
    return this.#taken(await this.#mutex.acquire({ timeout: patience(options), signal: options.signal }));
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    return this.#taken(this.#mutex.acquireSync(options && patience(options)));
  }

  /** @throws {ValueError} ERR_LOCK_NOT_HELD */
  release(): void {
    if (!this.#mutex.release()) throw new ValueError('ERR_LOCK_NOT_HELD', 'semaphore or lock released too many times');
  }

  /** Whether somebody holds it at this moment. */
  locked(): boolean {
    return this.#mutex.isHeld();
  }

  /** Acquires the lock for a block: `using held = await lock.hold()`. */
  async hold(options: Pick<WaitOptions, 'signal'> = {}): Promise<Disposable> {
    await this.acquire(options);
    return { [Symbol.dispose]: () => this.release() };
  }

  /** Like `hold`, and blocks the calling thread. */
  holdSync(): Disposable {
    this.acquireSync();
    return { [Symbol.dispose]: () => this.release() };
  }

  #taken(got: Got | undefined): boolean {
    if (got !== 'abandoned') return got !== undefined;
    this.#mutex.release();
    throw new OwnerDiedError('ERR_OWNER_DIED', 'the process that held this lock has died; the lock is free again');
  }

  [handle](): [string, number] {
    return ['Lock', this.#mutex.address];
  }
}

registerHandle('Lock', (address) => new Lock(new Mutex(address as number)));
