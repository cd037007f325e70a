/** What a line waits for. */
export interface Source {
  /** The event loop stays alive until `letGo` has been called as often. */
  hold(): void;
  letGo(): void;
  /** Whether what comes is to be taken in. */
  read(on: boolean): void;
  /** Takes in something, waiting for it; false when nothing has come within `milliseconds`. */
  readSync(milliseconds: number): boolean;
}

export interface WaitLimits {
  /** Milliseconds; the wait then ends with undefined. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  attempt(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Those who wait for what comes in, in their order. Nothing is taken in while nobody waits. */
export class Line {
  readonly #source: Source;
  readonly #waiters: Waiter[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  /** Waits until `attempt` gives something; what it throws ends the wait. */
  wait<T>(attempt: () => T | undefined, { timeout = Infinity, signal }: WaitLimits = {}): Promise<T | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise<T | undefined>((resolve, reject) => {
      const onTimeout = (): void => this.#leave(waiter, () => waiter.resolve(undefined));
      const onAbort = (): void => this.#leave(waiter, () => waiter.reject(signal?.reason));
      const timer = timeout === Infinity ? undefined : setTimeout(onTimeout, Math.min(timeout, LONGEST_TIMER));
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#source.letGo();
      };
      const waiter: Waiter = {
        attempt,
        resolve: (value) => (settle(), resolve(value as T | undefined)),
        reject: (error) => (settle(), reject(error)),
      };
      signal?.addEventListener('abort', onAbort);
      this.#source.hold();
      this.#waiters.push(waiter);
      this.look();
    });
  }

  /** Blocks until `attempt` gives something; those who waited before have theirs first. */
  waitSync<T>(attempt: () => T | undefined, timeout: number): T | undefined {
    const deadline = performance.now() + timeout;
    for (;;) {
      const result = this.#waiters.length === 0 ? attempt() : undefined;
      if (result !== undefined) return result;
      if (!this.#source.readSync(Math.max(0, deadline - performance.now()))) return undefined;
      this.look();
    }
  }

  /** To be called when something has come. */
  look(): void {
    while (this.#waiters.length > 0 && this.#serve(this.#waiters[0]!));
    this.#source.read(this.#waiters.length > 0);
  }

  #serve(waiter: Waiter): boolean {
    let result: unknown;
    try {
      result = waiter.attempt();
    } catch (error) {
      this.#waiters.shift();
      waiter.reject(error);
      return true;
    }
    if (result === undefined) return false;
    this.#waiters.shift();
    waiter.resolve(result);
    return true;
  }

  #leave(waiter: Waiter, settle: () => void): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    settle();
    this.look();
  }

  /** Ends all waits. */
  close(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.#source.read(false);
  }
}
