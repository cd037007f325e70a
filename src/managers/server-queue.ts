import { Queue } from '../queue/queue.js';
import type { WaitOptions } from '../sync/options.js';
import { callerAware, split, type Caller } from './waits.js';

interface Back {
  readonly place: number;
  readonly item: unknown;
}

/** Items, of which some may come back: these are the first to be given out again, and count as put once. */
class Items extends Queue {
  /** The first to be given out is the last. */
  #back: Back[] = [];
  #given = 0;
  #keepsNothing = false;

  /** Puts an item that has just been taken back to its own place, when it is called. */
  wayBack(item: unknown): () => void {
    const place = this.#given++;
    return () => {
      if (this.#keepsNothing) return this.taskDone();
      this.#back = [...this.#back, { place, item }].toSorted((a, b) => b.place - a.place);
      this.handOut();
    };
  }

  override shutdown(options: { immediate?: boolean } = {}): void {
    this.#keepsNothing ||= options.immediate === true;
    super.shutdown(options);
  }

  protected override count(): number {
    return super.count() + this.#back.length;
  }

  protected override remove(): unknown {
    return this.#back.length > 0 ? this.#back.pop()!.item : super.remove();
  }
}

/** Python's `queue.Queue`, with its names and its seconds, over the one of `manyfold/queue`. */
export class ServerQueue {
  readonly [callerAware] = true;
  readonly #queue: Items;

  constructor(maxsize = 0) {
    this.#queue = new Items(maxsize);
  }

  put(...args: unknown[]): Promise<void> {
    const { given, caller } = split(args);
    return this.#queue.put(given[0], waitOptions(given[1], given[2], caller));
  }

  /** One whose client has gone takes nothing. */
  async get(...args: unknown[]): Promise<unknown> {
    const { given, caller } = split(args);
    return this.#handOver(await this.#queue.get(waitOptions(given[0], given[1], caller)), caller);
  }

  put_nowait(item: unknown): void {
    this.#queue.putNowait(item);
  }

  get_nowait(caller: Caller): unknown {
    return this.#handOver(this.#queue.getNowait(), caller);
  }

  #handOver(item: unknown, caller: Caller): unknown {
    caller.handsOver(this.#queue.wayBack(item));
    return item;
  }

  qsize(): number {
    return this.#queue.qsize();
  }

  empty(): boolean {
    return this.#queue.empty();
  }

  full(): boolean {
    return this.#queue.full();
  }

  task_done(): void {
    this.#queue.taskDone();
  }

  join(...args: unknown[]): Promise<void> {
    return this.#queue.join({ signal: split(args).caller.signal });
  }

  shutdown(immediate: unknown = false): void {
    this.#queue.shutdown({ immediate: immediate === true });
  }
}

function waitOptions(block: unknown = true, timeout: unknown, { signal }: Caller): WaitOptions {
  const waits = block !== false && block !== 0;
  return typeof timeout === 'number' ? { block: waits, timeout: timeout * 1000, signal } : { block: waits, signal };
}
