import type { AsyncLocalStorage } from 'node:async_hooks';
import { findScopesBy, type Scope as WaitScope } from '../sync/scope.js';
import type { Task } from './task.js';

type GiveUp = (reason: unknown) => void;

/**
 * A part of a program whose waits can be ended from outside. The end is delivered once, as an exception in Python is: to
 * the waits of this moment, or else to the next one. What waits after that, such as a `finally` block, waits in peace.
 */
export class Scope implements WaitScope {
  /** The coroutine that it is a part of. */
  readonly task: Task | undefined;
  readonly #waits = new Set<GiveUp>();
  #pending: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;
  #interrupted: { readonly reason: unknown } | undefined;

  constructor(task: Task | undefined) {
    this.task = task;
  }

  /** For what is no wait of this library: `fetch(url, { signal })`. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#interrupted) this.#controller.abort(this.#interrupted.reason);
    return this.#controller.signal;
  }

  get isInterrupted(): boolean {
    return this.#interrupted !== undefined;
  }

  /** Once: whoever cleans up is not disturbed by a second call. */
  interrupt(reason: unknown): void {
    if (this.#interrupted) return;
    this.#interrupted = { reason };
    this.#controller?.abort(reason);
    if (this.#waits.size === 0) this.#pending = { reason };
    for (const giveUp of this.#waits) giveUp(reason);
  }

  begin(giveUp: GiveUp): () => void {
    this.deliver();
    this.#waits.add(giveUp);
    return () => this.#waits.delete(giveUp);
  }

  /** Throws what this is to end with, unless some wait has done so. */
  deliver(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) throw pending.reason;
  }

  /** Runs a function in it; what ends the scope around it ends this one. */
  async run<R>(part: () => R): Promise<Awaited<R>> {
    const outer = currentScope();
    const endWait = outer?.begin((reason) => this.interrupt(reason));
    try {
      return await storageInUse().run(this, async () => part());
    } finally {
      endWait?.();
      // None of its waits has met it: the next one behind it shall.
      if (outer?.isInterrupted) outer.#pending ??= this.#pending;
    }
  }

  /** Runs a function in it, apart from where it is called. */
  runApart<R>(part: () => R): R {
    return storageInUse().run(this, part);
  }
}

// It makes the promises of its process somewhat slower on Node 20 and 22, from the first coroutine on.
let storage: AsyncLocalStorage<Scope> | undefined;

function storageInUse(): AsyncLocalStorage<Scope> {
  if (storage === undefined) {
    storage = new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)();
    findScopesBy(currentScope);
  }
  return storage;
}

export function currentScope(): Scope | undefined {
  return storage?.getStore();
}
