import { AssertionError, ValueError } from '../errors.js';
import { isGone, self } from '../memory/slots.js';
import { handle, registerHandle } from '../memory/handle.js';
import type { AwaitOptions } from '../sync/await.js';
import { collect, joinChild, joinChildSync, sentinelOf, signalChild } from './children.js';
import { currentProcess } from './current.js';
import { checkName, checkOptions, type CommonOptions, type KeywordOptions, type ProcessOptions } from './options.js';
import { startChild } from './start.js';
import {
  creatorObject,
  definePrototype,
  foreignProcess,
  markOwnClass,
  setState,
  stateOf,
  type State,
} from './state.js';
import { defaultMethod, type StartMethod } from './start-method.js';

/**
 * A process of the operating system that runs a function of this program.
 *
 * A class of your own overrides `run` instead; its fields travel to the child, its constructor does not run there.
 *
 * @example
 * import { Process } from 'manyfold';
 *
 * const greeting = 'hello';
 * const p = new Process({ target: (name: string) => console.log(greeting, name), args: ['bob'] });
 * await p.start();
 * await p.join();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process
 */
export class Process<Args extends readonly unknown[] = readonly unknown[]> {
  /** The start method of this class's processes; undefined: the default, which the first of them fixes. */
  static readonly startMethod: StartMethod | undefined = undefined;

  /**
   * @throws {AssertionError} ERR_PROCESS_GROUP, ERR_PROCESS_NAME
   * @throws {TypeError} ERR_PROCESS_TARGET, ERR_PROCESS_ARGS
   */
  constructor(...given: [] extends Args ? [options?: ProcessOptions<Args>] : [options: ProcessOptions<Args>]) {
    const options = (given[0] ?? {}) as CommonOptions<Args> & Partial<KeywordOptions>;
    checkOptions(options);
    const { target, args = [], kwargs, name, daemon } = options;
    const parent = stateOf(currentProcess());
    const identity = [...parent.identity, ++parent.childrenMade];
    setState(this, {
      name: name ?? `${new.target.name}-${identity.join(':')}`,
      daemon: daemon ?? parent.daemon,
      authkey: parent.authkey,
      identity,
      method: new.target.startMethod ?? defaultMethod(),
      target,
      args: kwargs === undefined ? [...args] : [...args, kwargs],
      creator: self(),
    });
  }

  /** What the child runs: `target` with `args`. To be overridden in a class of your own. */
  run(): unknown {
    const { target, args } = stateOf(this);
    return target?.(...(args as never[]));
  }

  /**
   * Starts the process; resolves when it exists and `pid` is set. Everything that travels to it is read before this
   * returns, and what cannot travel fails here.
   *
   * @throws {AssertionError} ERR_PROCESS_STARTED_TWICE, ERR_NOT_A_CHILD, ERR_DAEMON_CHILDREN
   * @throws {PicklingError} when the target, an argument or something they capture cannot travel
   * @throws {RuntimeError} ERR_BOOTSTRAPPING: called by a module that is imported while this process starts
   * @throws {OSError} ERR_FORK_FAILED, ERR_SPAWN_FAILED, ERR_SYSTEM_CALL: no memory, no process or no descriptor is left
   */
  async start(): Promise<void> {
    await startChild(this, openState(this));
  }

  /**
   * Waits until the process has ended; for at most `timeout` milliseconds, and resolves then as well.
   *
   * @throws {AssertionError} ERR_NOT_A_CHILD, ERR_PROCESS_NOT_STARTED
   */
  async join(options: Pick<AwaitOptions, 'timeout' | 'signal'> = {}): Promise<void> {
    await joinChild(startedChild(this, 'join'), options);
  }

  /** Like `join`, and blocks. */
  joinSync({ timeout }: { timeout?: number } = {}): void {
    joinChildSync(startedChild(this, 'join'), timeout);
  }

  /** Whether the process runs: from the start until it has ended. */
  isAlive(): boolean {
    const state = openState(this);
    if ((this as Process) === currentProcess()) return true;
    if ((this as Process) === creatorObject()) return !isGone(state.id!);
    if (state.creator !== self()) throw new AssertionError('ERR_NOT_A_CHILD', 'can only test a child process');
    return state.id !== undefined && collect(state, true) === undefined;
  }

  /** Sends SIGTERM: no exit handlers run, no `finally` blocks; the exit code is -15. */
  terminate(): void {
    signalChild(openState(this), 'SIGTERM');
  }

  /** Sends SIGKILL; the exit code is -9. */
  kill(): void {
    signalChild(openState(this), 'SIGKILL');
  }

  /** Sends SIGINT; a child that does not handle it ends with exit code 1. */
  interrupt(): void {
    signalChild(openState(this), 'SIGINT');
  }

  /**
   * Gives back what the object holds; most of its members throw afterwards. Once more does nothing.
   *
   * @throws {ValueError} ERR_PROCESS_RUNNING
   */
  close(): void {
    const state = stateOf(this);
    if (state.closed) return;
    if (state.id !== undefined && state.creator === self() && collect(state, true) === undefined) {
      throw new ValueError(
        'ERR_PROCESS_RUNNING',
        'cannot close a process while it is still running; you should first call join() or terminate()',
      );
    }
    state.sentinel?.close();
    state.closed = true;
  }

  /**
   * What the process is called in logs and errors: `Process-1` unless it was given. It may be changed, also while it
   * runs.
   */
  get name(): string {
    return stateOf(this).name;
  }

  set name(name: string) {
    checkName(name);
    stateOf(this).name = name;
  }

  /** Whether it is terminated when the process that started it ends. To be set before the start. */
  get daemon(): boolean {
    return stateOf(this).daemon;
  }

  set daemon(daemon: boolean) {
    const state = stateOf(this);
    if (state.started) throw new AssertionError('ERR_PROCESS_STARTED', 'process has already started');
    state.daemon = daemon;
  }

  /** Its process id, also `ident`; null before the start. */
  get pid(): number | null {
    return openState(this).pid;
  }

  /** The same as `pid`: null before the start. */
  get ident(): number | null {
    return this.pid;
  }

  /** null until it has ended; then 0, the code it ended with (1 for an uncaught error), or minus the number of the signal that ended it. */
  get exitCode(): number | null {
    const state = openState(this);
    return state.id === undefined || state.creator !== self() ? null : (collect(state, false) ?? null);
  }

  /** 32 bytes, the key of connections within the program; inherited from the process that made this object. */
  get authkey(): Uint8Array {
    return stateOf(this).authkey;
  }

  set authkey(key: Uint8Array) {
    stateOf(this).authkey = Uint8Array.from(key);
  }

  /**
   * A descriptor that becomes readable when the process ends; until `close`.
   *
   * @throws {ValueError} ERR_PROCESS_NOT_STARTED
   */
  get sentinel(): number {
    return sentinelOf(openState(this));
  }

  /** Waits for its end, if it was started: `await using process = new Process({ target })`. */
  async [Symbol.asyncDispose](): Promise<void> {
    const state = stateOf(this);
    if (state.id !== undefined && !state.closed) await this.join();
    this.close();
  }

  /** Elsewhere this object can be looked at and signalled, but not joined: it is not that process's child. */
  [handle](): [string, unknown] {
    const { name, daemon, identity, id, pid, creator, method } = stateOf(this);
    return ['Process', [name, daemon, identity, id, pid, creator, method]];
  }
}

definePrototype(Process.prototype);
markOwnClass(Process);

registerHandle('Process', (state) => {
  const [name, daemon, identity, id, pid, creator, method] = state as [
    string,
    boolean,
    number[],
    number | undefined,
    number | null,
    number,
    StartMethod | undefined,
  ];
  return foreignProcess({ name, daemon, identity, id, pid, creator, method });
});

function openState(process: object): State {
  const state = stateOf(process);
  if (state.closed) throw new ValueError('ERR_PROCESS_CLOSED', 'process object is closed');
  return state;
}

function startedChild(process: object, verb: string): State {
  const state = openState(process);
  if (process === creatorObject()) return state;
  if (state.creator !== self() || process === currentProcess()) {
    throw new AssertionError('ERR_NOT_A_CHILD', `can only ${verb} a child process`);
  }
  if (state.id === undefined) throw new AssertionError('ERR_PROCESS_NOT_STARTED', `can only ${verb} a started process`);
  return state;
}
