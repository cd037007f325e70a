import { RuntimeError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { readLabel, writeLabel } from '../memory/label.js';
import { self } from '../memory/slots.js';
import type { AwaitOptions } from '../sync/await.js';
import { nameThread } from '../system/thread.js';
import { currentThread } from './current.js';
import { joinThread, joinThreadSync } from './life.js';
import { checkName, checkOptions, type CommonOptions, type KeywordOptions, type ThreadOptions } from './options.js';
import { startThread } from './start.js';
import { definePrototype, foreignThread, isOver, setState, stateOf } from './state.js';

let made = 0;

/**
 * A thread of this process that runs a function of this program, with a heap of its own: what it is to share with others
 * are locks, queues, shared values and arrays, as between processes.
 *
 * A class of your own overrides `run` instead; its fields travel to the thread, its constructor does not run there.
 *
 * @example
 * import { Thread } from 'manyfold/threading';
 *
 * const greeting = 'hello';
 * const t = new Thread({ target: (name: string) => console.log(greeting, name), args: ['bob'] });
 * await t.start();
 * await t.join();
 *
 * @see https://docs.python.org/3/library/threading.html#threading.Thread
 */
export class Thread<Args extends readonly unknown[] = readonly unknown[]> {
  /**
   * @throws {AssertionError} ERR_PROCESS_GROUP
   * @throws {TypeError} ERR_TARGET, ERR_PROCESS_ARGS, ERR_THREAD_NAME
   */
  constructor(...given: [] extends Args ? [options?: ThreadOptions<Args>] : [options: ThreadOptions<Args>]) {
    const options = (given[0] ?? {}) as CommonOptions<Args> & Partial<KeywordOptions>;
    checkOptions(options);
    const { target, args = [], kwargs, name, daemon } = options;
    setState(this, {
      name: name ?? `Thread-${++made}${target?.name ? ` (${target.name})` : ''}`,
      daemon: daemon ?? currentThread().daemon,
      target,
      args: kwargs === undefined ? [...args] : [...args, kwargs],
    });
  }

  /** What the thread runs: `target` with `args`. To be overridden in a class of your own. */
  run(): unknown {
    const { target, args } = stateOf(this);
    return target?.(...(args as never[]));
  }

  /**
   * Starts the thread; resolves when it exists and `ident` is set. Everything that travels to it is read before this
   * returns, and what cannot travel fails here.
   *
   * @throws {RuntimeError} ERR_THREAD_STARTED_TWICE, ERR_THREAD_START, ERR_AT_EXIT, ERR_BOOTSTRAPPING
   * @throws {PicklingError} when the target, an argument or something they capture cannot travel
   */
  async start(): Promise<void> {
    await startThread(this, stateOf(this));
  }

  /**
   * Waits until the thread has ended; for at most `timeout` milliseconds, and resolves then as well. Any thread may wait.
   * The main thread counts as ended when only its threads go on.
   *
   * @throws {RuntimeError} ERR_THREAD_NOT_STARTED, ERR_THREAD_JOINS_ITSELF, ERR_THREAD_FOREIGN, ERR_AT_EXIT
   */
  async join(options: Pick<AwaitOptions, 'timeout' | 'signal'> = {}): Promise<void> {
    await joinThread(stateOf(this), options);
  }

  /** Like `join`, and blocks the calling thread. */
  joinSync({ timeout }: { timeout?: number } = {}): void {
    joinThreadSync(stateOf(this), timeout);
  }

  /** Whether the thread runs: from the start until it has ended. */
  isAlive(): boolean {
    const state = stateOf(this);
    return state.id !== undefined && !isOver(state, true);
  }

  get name(): string {
    const { id, name } = stateOf(this);
    return (id !== undefined && readLabel(id)?.name) || name;
  }

  /** Also what the operating system shows, cut to its limit of 15 bytes. */
  set name(name: string) {
    checkName(name);
    const state = stateOf(this);
    state.name = name;
    const label = state.id === undefined ? undefined : readLabel(state.id);
    if (label) writeLabel(state.id!, { ...label, name });
    if (state.nativeId !== null && state.kind !== 'main') nameThread(state.nativeId, name);
  }

  /** Whether the program ends without waiting for it. To be set before the start. */
  get daemon(): boolean {
    return stateOf(this).daemon;
  }

  set daemon(daemon: boolean) {
    const state = stateOf(this);
    if (state.started) throw new RuntimeError('ERR_THREAD_STARTED', 'cannot set daemon status of active thread');
    state.daemon = daemon;
  }

  /** A number that no other thread of the machine has while this one runs; null before the start. */
  get ident(): number | null {
    return stateOf(this).nativeId;
  }

  /** What the operating system calls it; the same as `ident`. */
  get nativeId(): number | null {
    return stateOf(this).nativeId;
  }

  /** As in Python: `<Thread(Thread-1, started 4711)>`. */
  toString(): string {
    const state = stateOf(this);
    const life = !state.started ? 'initial' : isOver(state, true) ? 'stopped' : 'started';
    const number = state.nativeId === null ? '' : ` ${state.nativeId}`;
    return `<${this.constructor.name}(${this.name}, ${life}${state.daemon ? ' daemon' : ''}${number})>`;
  }

  /** Waits for its end, if it was started: `await using thread = new Thread({ target })`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (stateOf(this).started) await this.join();
  }

  /** Elsewhere this object can be looked at and joined. */
  [handle](): [string, unknown] {
    const { name, daemon, id, nativeId, kind } = stateOf(this);
    return ['Thread', [name, daemon, id, nativeId, kind]];
  }
}

definePrototype(Thread.prototype);

registerHandle('Thread', (state) => {
  const [name, daemon, id, nativeId, kind] = state as [
    string,
    boolean,
    number | undefined,
    number | null,
    'thread' | 'main' | 'foreign',
  ];
  if (id === self()) return currentThread();
  return foreignThread({ name, daemon, id, nativeId, kind, started: id !== undefined });
});
