import type { SyncWaitOptions, WaitOptions } from './options.js';

/** Where a lock has its core: what a condition works with. */
export const core: unique symbol = Symbol('core') as never;

/** What all that can be acquired and released has in common. */
export abstract class Holdable {
  abstract acquire(options?: WaitOptions): Promise<boolean>;
  abstract acquireSync(options?: SyncWaitOptions): boolean;
  abstract release(): void;

  /** Acquires it for a block: `using held = await lock.hold()`. */
  async hold(options: Pick<WaitOptions, 'signal'> = {}): Promise<Disposable> {
    await this.acquire({ signal: options.signal });
    return { [Symbol.dispose]: () => this.release() };
  }

  /** Like `hold`, and blocks the calling thread. */
  holdSync(): Disposable {
    this.acquireSync();
    return { [Symbol.dispose]: () => this.release() };
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }
}
