import type { SyncWaitOptions, WaitOptions } from '../sync/options.js';
import { OwnerDiedError } from '../errors.js';
import type { Channel } from './channel.js';
import { BaseProxy } from './proxy.js';
import { blocks, seconds } from './waiting-calls.js';

/**
 * What has an owner. The server tells owners apart by their lines, so whoever holds it keeps the line on which it was
 * acquired, and calls on that.
 */
class OwnedProxy extends BaseProxy {
  #held: Channel | undefined;
  #depth = 0;
  protected readonly isReentrant: boolean = true;

  /**
   * True when it is held; false when `timeout` milliseconds are over.
   *
   * @throws {OwnerDiedError} ERR_OWNER_DIED: its holder died; it is free again, what it guards may be half changed
   */
  async acquire(options?: WaitOptions): Promise<boolean> {
    const line = this.#lineAgain() ?? (await this.link.takeLine());
    let got = false;
    try {
      return (got = (await this.callOn(line, 'acquire', blocks(options), options?.signal)) as boolean);
    } finally {
      this.#settle(line, got);
    }
  }

  /** Like `acquire`, and blocks the calling thread. */
  acquireSync(options?: SyncWaitOptions): boolean {
    const line = this.#lineAgain() ?? this.link.takeLineSync();
    let got = false;
    try {
      return (got = this.callOnSync(line, 'acquire', blocks(options)) as boolean);
    } finally {
      this.#settle(line, got);
    }
  }

  /** @throws {RuntimeError} ERR_LOCK_NOT_OWNED */
  async release(): Promise<void> {
    const { line, isLast } = this.#leave();
    if (line === undefined) return void (await this.callMethod('release'));
    try {
      await this.callOn(line, 'release', []);
    } finally {
      if (isLast) this.link.giveBack(line);
    }
  }

  /** Like `release`, and blocks the calling thread. */
  releaseSync(): void {
    const { line, isLast } = this.#leave();
    if (line === undefined) return void this.callMethodSync('release');
    try {
      this.callOnSync(line, 'release', []);
    } finally {
      if (isLast) this.link.giveBack(line);
    }
  }

  /** Acquires it for a block: `await using held = await lock.hold()`. */
  async hold(): Promise<AsyncDisposable> {
    await this.acquire();
    return { [Symbol.asyncDispose]: () => this.release() };
  }

  /** Like `hold`, and blocks the calling thread: `using held = lock.holdSync()`. */
  holdSync(): Disposable {
    this.acquireSync();
    return { [Symbol.dispose]: () => this.releaseSync() };
  }

  /** Calls on the line of the one who holds it, which is not held meanwhile. */
  protected async whileHeld(name: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const { line, back } = this.#lend();
    if (line === undefined) return this.callMethod(name, args);
    let error: unknown;
    try {
      return await this.callOn(line, name, args, signal);
    } catch (reason) {
      error = reason;
      throw reason;
    } finally {
      back(error);
    }
  }

  protected whileHeldSync(name: string, args: readonly unknown[]): unknown {
    const { line, back } = this.#lend();
    if (line === undefined) return this.callMethodSync(name, args);
    let error: unknown;
    try {
      return this.callOnSync(line, name, args);
    } catch (reason) {
      error = reason;
      throw reason;
    } finally {
      back(error);
    }
  }

  #lineAgain(): Channel | undefined {
    return this.isReentrant ? this.#held : undefined;
  }

  #settle(line: Channel, got: boolean): void {
    if (got) {
      this.#held = line;
      this.#depth++;
    } else if (line !== this.#held) this.link.giveBack(line);
  }

  #leave(): { line: Channel | undefined; isLast: boolean } {
    const line = this.#held;
    const isLast = line !== undefined && --this.#depth === 0;
    if (isLast) this.#held = undefined;
    return { line, isLast };
  }

  #lend(): { line: Channel | undefined; back: (error: unknown) => void } {
    const [line, depth] = [this.#held, this.#depth];
    this.#held = undefined;
    this.#depth = 0;
    const back = (error: unknown): void => {
      // Whoever learns that another holder has died does not hold it.
      if (error instanceof OwnerDiedError) return this.link.giveBack(line!);
      this.#held = line;
      this.#depth = depth;
    };
    return { line, back };
  }
}

/** A reentrant lock in a server. Its owner is the process. */
export class RLockProxy extends OwnedProxy {
  /** Whether somebody holds it at this moment. */
  async locked(): Promise<boolean> {
    return (await this.callMethod('locked')) as boolean;
  }

  /** Like `locked`, and blocks the calling thread. */
  lockedSync(): boolean {
    return this.callMethodSync('locked') as boolean;
  }
}

/** A condition in a server. Each `acquire` is another owner. */
export class ConditionProxy extends OwnedProxy {
  protected override readonly isReentrant = false;

  /** True when it was notified; false when `timeout` milliseconds are over. */
  async wait(options?: WaitOptions): Promise<boolean> {
    return (await this.whileHeld('wait', [seconds(options)], options?.signal)) as boolean;
  }

  /** Like `wait`, and blocks the calling thread. */
  waitSync(options?: SyncWaitOptions): boolean {
    return this.whileHeldSync('wait', [seconds(options)]) as boolean;
  }

  /** Waits until what a function says is true; gives what it said last. */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options?: WaitOptions): Promise<Awaited<T>> {
    const end = (seconds(options) ?? Infinity) * 1000 + performance.now();
    for (;;) {
      const result = await predicate();
      const left = end - performance.now();
      if (result || left <= 0) return result;
      await this.wait({ ...(left === Infinity ? {} : { timeout: left }), signal: options?.signal });
    }
  }

  /** Like `waitFor`, and blocks the calling thread. */
  waitForSync<T>(predicate: () => T, options?: SyncWaitOptions): T {
    const end = (seconds(options) ?? Infinity) * 1000 + performance.now();
    for (;;) {
      const result = predicate();
      const left = end - performance.now();
      if (result || left <= 0) return result;
      this.waitSync(left === Infinity ? {} : { timeout: left });
    }
  }

  /** Wakes one of those who wait, or `count` of them; the caller holds the condition. */
  async notify(count = 1): Promise<void> {
    await this.whileHeld('notify', [count]);
  }

  /** Like `notify`, and blocks the calling thread. */
  notifySync(count = 1): void {
    this.whileHeldSync('notify', [count]);
  }

  /** Wakes all who wait; the caller holds the condition. */
  async notifyAll(): Promise<void> {
    await this.whileHeld('notify_all', []);
  }

  /** Like `notifyAll`, and blocks the calling thread. */
  notifyAllSync(): void {
    this.whileHeldSync('notify_all', []);
  }
}
