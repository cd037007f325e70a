import { Slice } from '../pickle/pickle.js';
import { patience, type SyncWaitOptions } from '../sync/options.js';
import { addCalls, call, mapped, type Calls, type Methods } from './calls.js';
import type { Channel } from './channel.js';
import { BaseProxy, classesByProxy, classesByType } from './proxy.js';

/** The proxies of `SyncManager`'s types: the methods that JavaScript has for such a thing, and Python's. */

const none = (): void => {};

/** Milliseconds as seconds; null is for ever. */
function seconds(options: SyncWaitOptions | undefined): number | null {
  const limit = patience(options);
  return limit === Infinity ? null : limit / 1000;
}

/** Whether to wait, and for how long if that is limited: Python's locks take no None for that. */
function blocks(options: SyncWaitOptions | undefined): readonly unknown[] {
  if (options?.block === false) return [false];
  const limit = seconds(options);
  return limit === null ? [true] : [true, limit];
}

const dict = {
  get: (key: unknown, otherwise?: unknown) => call('get', key, otherwise ?? null),
  set: (key: unknown, value: unknown) => mapped(none, '__setitem__', key, value),
  has: (key: unknown) => call<boolean>('__contains__', key),
  delete: (key: unknown) => mapped((gone) => gone === true, 'pop', key, null),
  size: () => call<number>('__len__'),
  keys: () => call<unknown[]>('keys'),
  values: () => call<unknown[]>('values'),
  items: () => call<[unknown, unknown][]>('items'),
  entries: () => call<[unknown, unknown][]>('items'),
  clear: () => mapped(none, 'clear'),
  copy: () => call('copy'),
  update: (other: object) => mapped(none, 'update', other),
  setdefault: (key: unknown, value: unknown = null) => call('setdefault', key, value),
  pop: (...args: [key: unknown, otherwise?: unknown]) => call('pop', ...args),
  popitem: () => call<[unknown, unknown]>('popitem'),
};

const list = {
  at: (index: number) => call('__getitem__', index),
  get: (index: number) => call('__getitem__', index),
  set: (index: number, value: unknown) => mapped(none, '__setitem__', index, value),
  length: () => call<number>('__len__'),
  includes: (value: unknown) => call<boolean>('__contains__', value),
  slice: (start: number | null = null, stop: number | null = null) =>
    call<unknown[]>('__getitem__', new Slice(start, stop)),
  push: (value: unknown) => mapped(none, 'append', value),
  append: (value: unknown) => mapped(none, 'append', value),
  extend: (values: Iterable<unknown>) => mapped(none, 'extend', [...values]),
  insert: (index: number, value: unknown) => mapped(none, 'insert', index, value),
  remove: (value: unknown) => mapped(none, 'remove', value),
  pop: (index = -1) => call('pop', index),
  index: (value: unknown) => call<number>('index', value),
  count: (value: unknown) => call<number>('count', value),
  reverse: () => mapped(none, 'reverse'),
  sort: () => mapped(none, 'sort'),
  delete: (index: number) => mapped(none, '__delitem__', index),
};

const set = {
  add: (value: unknown) => mapped(none, 'add', value),
  has: (value: unknown) => call<boolean>('__contains__', value),
  delete: (value: unknown) => mapped(none, 'discard', value),
  discard: (value: unknown) => mapped(none, 'discard', value),
  remove: (value: unknown) => mapped(none, 'remove', value),
  pop: () => call('pop'),
  size: () => call<number>('__len__'),
  clear: () => mapped(none, 'clear'),
  copy: () => call<Set<unknown>>('copy'),
  update: (values: Iterable<unknown>) => mapped(none, 'update', [...values]),
  union: (other: Iterable<unknown>) => call<Set<unknown>>('union', [...other]),
  intersection: (other: Iterable<unknown>) => call<Set<unknown>>('intersection', [...other]),
  difference: (other: Iterable<unknown>) => call<Set<unknown>>('difference', [...other]),
  symmetricDifference: (other: Iterable<unknown>) => call<Set<unknown>>('symmetric_difference', [...other]),
};

const queue = {
  put: (item: unknown, options?: SyncWaitOptions) => mapped(none, 'put', item, ...blocks(options)),
  get: (options?: SyncWaitOptions) => call('get', ...blocks(options)),
  putNowait: (item: unknown) => mapped(none, 'put_nowait', item),
  getNowait: () => call('get_nowait'),
  qsize: () => call<number>('qsize'),
  empty: () => call<boolean>('empty'),
  full: () => call<boolean>('full'),
  taskDone: () => mapped(none, 'task_done'),
  join: () => mapped(none, 'join'),
};

const namespace = {
  get: (name: string) => call('__getattribute__', name),
  set: (name: string, value: unknown) => mapped(none, '__setattr__', name, value),
  delete: (name: string) => mapped(none, '__delattr__', name),
};

const value = { get: () => call('get'), set: (to: unknown) => mapped(none, 'set', to) };

const array = {
  at: (index: number) => call('__getitem__', index),
  get: (index: number) => call('__getitem__', index),
  set: (index: number, to: unknown) => mapped(none, '__setitem__', index, to),
  length: () => call<number>('__len__'),
};

const acquirer = {
  acquire: (options?: SyncWaitOptions) => call<boolean>('acquire', ...blocks(options)),
  release: () => mapped(none, 'release'),
};

const event = {
  isSet: () => call<boolean>('is_set'),
  set: () => mapped(none, 'set'),
  clear: () => mapped(none, 'clear'),
  wait: (options?: SyncWaitOptions) => call<boolean>('wait', seconds(options)),
};

const barrier = {
  wait: (options?: SyncWaitOptions) => call<number>('wait', seconds(options)),
  abort: () => mapped(none, 'abort'),
  reset: () => mapped(none, 'reset'),
  parties: () => call<number>('__getattribute__', 'parties'),
  waiting: () => call<number>('__getattribute__', 'n_waiting'),
  broken: () => call<boolean>('__getattribute__', 'broken'),
};

const iterator = { next: () => call('__next__'), close: () => mapped(none, 'close') };

/** A dict of a manager, with the methods of a `Map`, each awaited. */
export type DictProxy = BaseProxy & Methods<typeof dict>;
/** A list of a manager, with an array's methods and Python's, each awaited. */
export type ListProxy = BaseProxy & Methods<typeof list>;
/** A set of a manager, with the methods of a `Set`, each awaited. */
export type SetProxy = BaseProxy & Methods<typeof set>;
/** A queue of a manager. */
export type QueueProxy = BaseProxy & Methods<typeof queue>;
/** Named values of a manager. */
export type NamespaceProxy = BaseProxy & Methods<typeof namespace>;
/** A value of a manager. */
export type ValueProxy = BaseProxy & Methods<typeof value>;
/** An array of a manager. */
export type ArrayProxy = BaseProxy & Methods<typeof array>;
/** A lock or semaphore of a manager. */
export type AcquirerProxy = BaseProxy & Methods<typeof acquirer>;
/** An event of a manager. */
export type EventProxy = BaseProxy & Methods<typeof event>;
/** A barrier of a manager. */
export type BarrierProxy = BaseProxy & Methods<typeof barrier>;

/** What has an owner: the server tells owners apart by their lines, so whoever holds it keeps the line. */
class OwnedProxy extends BaseProxy {
  #held: Channel | undefined;
  #depth = 0;
  protected readonly isReentrant: boolean = true;

  /** True when it is held; false when `timeout` milliseconds are over. */
  async acquire(options?: SyncWaitOptions): Promise<boolean> {
    const line = this.isReentrant && this.#held ? this.#held : await this.link.takeLine();
    const got = (await this.callOn(line, 'acquire', blocks(options))) as boolean;
    if (got) {
      this.#held = line;
      this.#depth++;
    } else if (line !== this.#held) this.link.giveBack(line);
    return got;
  }

  async release(): Promise<void> {
    if (this.#held === undefined) return void (await this.callMethod('release'));
    const line = this.#held;
    const isLast = --this.#depth === 0;
    if (isLast) this.#held = undefined;
    await this.callOn(line, 'release', []);
    if (isLast) this.link.giveBack(line);
  }

  /** Calls on the line of the one who holds it, which is not held meanwhile. */
  protected async whileHeld(name: string, args: readonly unknown[]): Promise<unknown> {
    const line = this.#held;
    if (line === undefined) return this.callMethod(name, args);
    const depth = this.#depth;
    this.#held = undefined;
    this.#depth = 0;
    try {
      return await this.callOn(line, name, args);
    } finally {
      this.#held = line;
      this.#depth = depth;
    }
  }
}

/** A reentrant lock in a server. Its owner is the process. */
export class RLockProxy extends OwnedProxy {}

/** A condition in a server. Each `acquire` is another owner. */
export class ConditionProxy extends OwnedProxy {
  protected override readonly isReentrant = false;

  async wait(options?: SyncWaitOptions): Promise<boolean> {
    return (await this.whileHeld('wait', [seconds(options)])) as boolean;
  }

  async notify(count = 1): Promise<void> {
    await this.whileHeld('notify', [count]);
  }

  async notifyAll(): Promise<void> {
    await this.whileHeld('notify_all', []);
  }
}

const kinds: readonly (readonly [types: readonly string[], proxy: string, calls: Calls])[] = [
  [['dict'], 'DictProxy', dict],
  [['list'], 'ListProxy', list],
  [['set'], 'SetProxy', set],
  [['Queue', 'JoinableQueue'], 'QueueProxy', queue],
  [['Namespace'], 'NamespaceProxy', namespace],
  [['Value'], 'ValueProxy', value],
  [['Array'], 'ArrayProxy', array],
  [['Lock', 'Semaphore', 'BoundedSemaphore'], 'AcquirerProxy', acquirer],
  [['Event'], 'EventProxy', event],
  [['Barrier'], 'BarrierProxy', barrier],
  [['Iterator'], 'IteratorProxy', iterator],
];

/** To be called before the first proxy is made. */
export function addProxies(): void {
  if (classesByType.size > 0) return;
  for (const [types, proxy, calls] of kinds) {
    const Class = { [proxy]: class extends BaseProxy {} }[proxy]!;
    addCalls(Class, calls);
    classesByProxy.set(proxy, Class);
    for (const type of types) classesByType.set(type, Class);
  }
  classesByType.set('RLock', RLockProxy);
  classesByType.set('Condition', ConditionProxy);
}
