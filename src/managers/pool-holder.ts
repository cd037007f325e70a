import { TimeoutError } from '../errors.js';
import type { AsyncResult } from '../pool/async-result.js';
import { Pool } from '../pool/pool.js';
import { dropped, ServerIterator } from './holders.js';

type Target = (...args: readonly unknown[]) => unknown;

/** A pool whose workers are children of the server, with the methods that Python's proxies call. */
export class ServerPool {
  readonly #pool: Pool;

  constructor(processes?: number, options?: object) {
    this.#pool = new Pool(processes ?? undefined, options);
  }

  apply(target: Target, args: unknown[] = []): Promise<unknown> {
    return this.#pool.apply(target, args);
  }

  map(target: Target, items: unknown[]): Promise<unknown[]> {
    return this.#pool.map(target, items);
  }

  starmap(target: Target, items: unknown[][]): Promise<unknown[]> {
    return this.#pool.starmap(target, items);
  }

  apply_async(target: Target, args: unknown[] = []): ServerResult {
    return new ServerResult(this.#pool.applyAsync(target, args));
  }

  map_async(target: Target, items: unknown[]): ServerResult {
    return new ServerResult(this.#pool.mapAsync(target, items));
  }

  starmap_async(target: Target, items: unknown[][]): ServerResult {
    return new ServerResult(this.#pool.starmapAsync(target, items));
  }

  imap(target: Target, items: unknown[]): ServerIterator {
    return new ServerIterator(this.#pool.imap(target, items));
  }

  imap_unordered(target: Target, items: unknown[]): ServerIterator {
    return new ServerIterator(this.#pool.imapUnordered(target, items));
  }

  close(): void {
    this.#pool.close();
  }

  terminate(): void {
    this.#pool.terminate();
  }

  join(): Promise<void> {
    return this.#pool.join();
  }

  [dropped](): void {
    this.#pool.terminate();
  }
}

/** A result that a client asks for, with Python's seconds. */
export class ServerResult {
  readonly #result: AsyncResult<unknown>;

  constructor(result: AsyncResult<unknown>) {
    this.#result = result;
    result.then(undefined, () => {}); // whoever asks for it gets the error
  }

  async get(timeout: number | null = null): Promise<unknown> {
    await this.wait(timeout);
    if (!this.#result.ready()) throw new TimeoutError('ERR_TIMED_OUT', `no result within ${timeout} s`);
    return this.#result.get();
  }

  async wait(timeout: number | null = null): Promise<void> {
    await this.#result.wait(timeout === null ? {} : { timeout: timeout * 1000 });
  }

  ready(): boolean {
    return this.#result.ready();
  }

  successful(): boolean {
    return this.#result.successful();
  }
}
