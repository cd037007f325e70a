import { expected, RuntimeError, ValueError } from '../errors.js';
import { inForkedChild } from '../system/generation.js';
import type { LaneName } from './lanes.js';
import { currentObject, stateOf } from './state.js';

/** How a process comes into being; the default comes first. */
export const startMethods = ['forkserver', 'spawn', 'fork'] as const;
/** With the names of lanes, what is started is no process but a thread or a coroutine that has the same face. */
export type StartMethod = (typeof startMethods)[number] | LaneName;

let chosen: StartMethod | undefined;

inForkedChild(() => {
  chosen = undefined;
});

/** A child goes on with the method by which it was started itself. */
function inForce(): StartMethod | undefined {
  const me = currentObject();
  return chosen ?? (me && stateOf(me).method);
}

export function checkStartMethod(name: unknown): StartMethod {
  const method = [...startMethods, 'thread' as const, 'coroutine' as const].find((known) => known === name);
  if (method === undefined) {
    throw new ValueError(
      'ERR_UNKNOWN_START_METHOD',
      `cannot find context for ${typeof name === 'string' ? `'${name}'` : String(name)}`,
    );
  }
  return method;
}

/** The method of everything that is made without a context of its own; the first use fixes it. */
export function defaultMethod(): StartMethod {
  chosen = inForce() ?? startMethods[0];
  return chosen;
}

/**
 * Sets how processes are started from now on. Once for a program, and before anything is made that depends on it.
 *
 * @example
 * setStartMethod('spawn');
 *
 * @throws {RuntimeError} ERR_CONTEXT_SET: it has been set or used before; `{ force: true }` sets it anew, and `null` then resets it.
 * @throws {ValueError} ERR_UNKNOWN_START_METHOD
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.set_start_method
 */
export function setStartMethod(method: StartMethod | null, { force = false }: { force?: boolean } = {}): void {
  if (inForce() !== undefined && !force) throw new RuntimeError('ERR_CONTEXT_SET', 'context has already been set');
  if (method === null && !force) {
    throw new ValueError('ERR_UNKNOWN_START_METHOD', expected('a start method (null only with force)', method));
  }
  chosen = method === null ? undefined : checkStartMethod(method);
}

/**
 * The start method in force: 'forkserver', 'spawn' or 'fork'. Asking fixes the default, unless `allowNone` is set: then the
 * answer is null while nothing is fixed.
 *
 * @example
 * getStartMethod(); // 'forkserver'
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_start_method
 */
export function getStartMethod(options?: { allowNone?: false }): StartMethod;
export function getStartMethod(options: { allowNone: boolean }): StartMethod | null;
export function getStartMethod({ allowNone = false }: { allowNone?: boolean } = {}): StartMethod | null {
  return allowNone ? (inForce() ?? null) : defaultMethod();
}

/**
 * The start methods of this platform, the default first.
 *
 * @example
 * getAllStartMethods(); // ['forkserver', 'spawn', ...]
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_all_start_methods
 */
export function getAllStartMethods(): StartMethod[] {
  return [...startMethods];
}
