import { RuntimeError } from '../errors.js';
import { limitsOf } from '../queue/limits.js';
import { Line } from '../queue/line.js';
import type { WaitOptions } from '../sync/options.js';
import { currentScope, Scope } from './scope.js';
import { bind, Task } from './task.js';

/**
 * Coroutines that belong together: whoever waits for the group waits for each of them, and when one fails the others are
 * killed. None of them outlives the block.
 *
 * @example
 * await Group.run(async (group) => {
 *   group.spawn(serve, 80);
 *   group.spawn(serve, 443); // if it fails, the other one ends too, and `run` throws
 * });
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#task-groups
 */
export class Group {
  readonly #owner: Scope | undefined = currentScope();
  readonly #tasks = new Set<Task>();
  readonly #joiners = new Line<void>();
  #body: Scope | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * Runs a function with a group of its own, and waits for all that it has spawned there. If it fails, they are killed; if
   * one of them fails, its own wait throws the error.
   */
  static async run<R>(body: (group: Group) => R): Promise<Awaited<R>> {
    const group = new Group();
    group.#body = new Scope(group.#owner?.task);
    try {
      const result = await group.#body.run(() => body(group));
      await group.join();
      return result;
    } catch (error) {
      group.kill();
      await group.join().catch(() => {}); // what failed because of the error is no news
      throw error;
    }
  }

  /** How many of them have not ended. */
  get size(): number {
    return this.#tasks.size;
  }

  /**
   * Runs a function as a coroutine of the group.
   *
   * @throws {TypeError} ERR_TARGET
   */
  spawn<Args extends readonly unknown[], R>(target: (...args: Args) => R, ...args: Args): Task<Awaited<R>> {
    const task = new Task<Awaited<R>>(bind(target, args), target.name);
    this.#tasks.add(task);
    task.onEnd(() => this.#ended(task));
    return task;
  }

  /** Kills all of them. */
  kill(reason?: unknown): void {
    for (const task of this.#tasks) task.kill(reason);
  }

  /**
   * Waits until all have ended; for those that are spawned meanwhile, too.
   *
   * @throws what the first that failed has thrown, after the others have ended
   * @throws {RuntimeError} ERR_TASK_JOINS_ITSELF: called by one of them
   */
  async join(options?: Pick<WaitOptions, 'signal'>): Promise<void> {
    for (const task of this.#tasks) {
      if (task === currentScope()?.task) {
        throw new RuntimeError('ERR_TASK_JOINS_ITSELF', `'${task.name}' would wait for its own end, with its group`);
      }
    }
    if (this.#owner?.isInterrupted) this.kill();
    try {
      if (this.#tasks.size > 0) await this.#joiners.wait(undefined, limitsOf(options), unreachable);
    } catch (error) {
      this.kill();
      await this.join(); // a second wait of one who is killed is in peace
      throw error;
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  /** Waits until all have ended: `await using group = new Group()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.join();
  }

  #ended(task: Task): true {
    this.#tasks.delete(task);
    if (!task.successful() && !task.killed()) this.#failed(task);
    if (this.#tasks.size === 0) this.#joiners.resolveAll();
    return true;
  }

  #failed(task: Task): void {
    if (this.#failure) return task.report(); // one error can be thrown; the others are not to be lost
    this.#failure = { error: task.exception };
    this.#body?.interrupt(task.exception);
    this.kill();
  }
}

function unreachable(): Error {
  return new Error('a wait without a timeout has timed out');
}
