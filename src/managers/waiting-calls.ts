import type { Named } from '../pickle/pickle.js';
import { patience, type SyncWaitOptions, type WaitOptions } from '../sync/options.js';
import { call, mapped, until } from './calls.js';
import { none } from './collection-calls.js';
import type { IteratorProxy, ResultProxy } from './proxies.js';

/** What the proxies of queues, locks and pools call at the server. */

/** Milliseconds as seconds; null is for ever. */
export function seconds(options: SyncWaitOptions | undefined): number | null {
  const limit = patience(options);
  return limit === Infinity ? null : limit / 1000;
}

/** Whether to wait, and for how long if that is limited: Python's locks take no None for that. */
export function blocks(options: SyncWaitOptions | undefined): readonly unknown[] {
  if (options?.block === false) return [false];
  const limit = seconds(options);
  return limit === null ? [true] : [true, limit];
}

export const queue = {
  put: (item: unknown, options?: WaitOptions) => until(options, mapped(none, 'put', item, ...blocks(options))),
  get: (options?: WaitOptions) => until(options, call('get', ...blocks(options))),
  putNowait: (item: unknown) => mapped(none, 'put_nowait', item),
  getNowait: () => call('get_nowait'),
  qsize: () => call<number>('qsize'),
  empty: () => call<boolean>('empty'),
  full: () => call<boolean>('full'),
  taskDone: () => mapped(none, 'task_done'),
  join: (options?: Pick<WaitOptions, 'signal'>) => until(options, mapped(none, 'join')),
  shutdown: ({ immediate = false }: { readonly immediate?: boolean } = {}) => mapped(none, 'shutdown', immediate),
};

export const acquirer = {
  acquire: (options?: WaitOptions) => until(options, call<boolean>('acquire', ...blocks(options))),
  release: () => mapped(none, 'release'),
  locked: () => call<boolean>('locked'),
};

export const event = {
  isSet: () => call<boolean>('is_set'),
  set: () => mapped(none, 'set'),
  clear: () => mapped(none, 'clear'),
  wait: (options?: WaitOptions) => until(options, call<boolean>('wait', seconds(options))),
};

export const barrier = {
  wait: (options?: WaitOptions) => until(options, call<number>('wait', seconds(options))),
  abort: () => mapped(none, 'abort'),
  reset: () => mapped(none, 'reset'),
  parties: () => call<number>('__getattribute__', 'parties'),
  nWaiting: () => call<number>('__getattribute__', 'n_waiting'),
  broken: () => call<boolean>('__getattribute__', 'broken'),
};

/** A function of this program, or one of Python's for a server of CPython's. */
type Target = ((...args: never[]) => unknown) | Named;

export const pool = {
  apply: (target: Target, args: readonly unknown[] = []) => call('apply', target, args),
  map: (target: Target, items: Iterable<unknown>) => call<unknown[]>('map', target, [...items]),
  starmap: (target: Target, items: Iterable<readonly unknown[]>) => call<unknown[]>('starmap', target, [...items]),
  applyAsync: (target: Target, args: readonly unknown[] = []) => call<ResultProxy>('apply_async', target, args),
  mapAsync: (target: Target, items: Iterable<unknown>) => call<ResultProxy>('map_async', target, [...items]),
  starmapAsync: (target: Target, items: Iterable<readonly unknown[]>) =>
    call<ResultProxy>('starmap_async', target, [...items]),
  imap: (target: Target, items: Iterable<unknown>) => call<IteratorProxy>('imap', target, [...items]),
  imapUnordered: (target: Target, items: Iterable<unknown>) =>
    call<IteratorProxy>('imap_unordered', target, [...items]),
  close: () => mapped(none, 'close'),
  terminate: () => mapped(none, 'terminate'),
  join: () => mapped(none, 'join'),
};

export const result = {
  get: (options?: SyncWaitOptions) => call('get', seconds(options)),
  wait: (options?: SyncWaitOptions) => mapped(none, 'wait', seconds(options)),
  ready: () => call<boolean>('ready'),
  successful: () => call<boolean>('successful'),
};
