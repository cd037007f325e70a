import { ArgumentTypeError, expected } from '../errors.js';
import { Lock } from '../sync/lock.js';
import type { SyncWaitOptions, WaitOptions } from '../sync/options.js';
import { RLock } from '../sync/rlock.js';

export type Guard = Lock | RLock;

/** What makes an object one with a lock, or with the lock that is given. */
export interface LockedOptions {
  /** true (the default): an RLock of its own; a lock: that one. */
  readonly lock?: true | null | Guard | undefined;
}

/** What makes an object one without a lock. */
export interface RawOptions {
  readonly lock: false;
}

/** What guards an object; undefined for none. */
export function guardFrom(options: LockedOptions | RawOptions = {}): Guard | undefined {
  const lock: unknown = options.lock;
  if (lock === true || lock === undefined || lock === null) return new RLock();
  if (lock === false) return undefined;
  if (lock instanceof Lock || lock instanceof RLock) return lock;
  throw new ArgumentTypeError('ERR_VALUE_LOCK', `lock: ${expected('true, false, a Lock or an RLock', lock)}`);
}

/** What an object with a lock has beyond its contents. */
export interface Guarded<Raw> {
  /** The lock that guards it. */
  getLock(): Guard;
  /** The same memory as an object without a lock. */
  getObj(): Raw;
  /** Acquires its lock: see there. */
  acquire(options?: WaitOptions): Promise<boolean>;
  acquireSync(options?: SyncWaitOptions): boolean;
  release(): void;
  hold(options?: Pick<WaitOptions, 'signal'>): Promise<Disposable>;
  holdSync(): Disposable;
}

/** Where an object with a lock has what it is made of. */
export const guarded: unique symbol = Symbol('manyfold.guarded') as never;

export interface Parts {
  readonly raw: object;
  readonly lock: Guard;
}

type Holder = { readonly [guarded]: Parts };

/** The methods that come with a lock, for objects that carry their parts. */
export const guardMethods: PropertyDescriptorMap = {
  getLock: method(({ lock }) => lock),
  getObj: method(({ raw }) => raw),
  acquire: method(({ lock }, options) => lock.acquire(options)),
  acquireSync: method(({ lock }, options) => lock.acquireSync(options)),
  release: method(({ lock }) => lock.release()),
  hold: method(({ lock }, options) => lock.hold(options)),
  holdSync: method(({ lock }) => lock.holdSync()),
};

function method(run: (parts: Parts, options?: WaitOptions) => unknown): PropertyDescriptor {
  return {
    value(this: Holder, options?: WaitOptions) {
      return run(this[guarded], options);
    },
    writable: true,
    configurable: true,
  };
}

export function isGuarded(object: unknown): object is Holder {
  return typeof object === 'object' && object !== null && guarded in object;
}
