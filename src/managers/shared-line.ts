import type { Channel } from './channel.js';
import { CANCEL, ITEM, RECEIVED, UNDECODABLE, type Request } from './wire.js';

interface Waiting {
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

interface Outgoing {
  readonly number: number;
  readonly request: Request;
  /** The message in which it went. */
  message: number;
  /** To go in a message of its own. */
  isAlone: boolean;
  /** Told when it has been sent, or cannot be. */
  readonly sent?: (error?: unknown) => void;
}

type Numbered = readonly [kind: string, payload: unknown, number: number];

/** So many requests go together at most. */
const LONGEST_BATCH = 128;

/**
 * A line to a server of this program that many calls use at once: each has a number, by which it finds its reply. What is
 * called in one turn of the event loop goes in one message.
 */
export class SharedLine {
  readonly #channel: Channel;
  readonly #waiting = new Map<number, Outgoing & Waiting>();
  readonly #outbox: Outgoing[] = [];
  #last = 0;
  #sent = 0;
  #isSending = false;
  #isReading = false;
  /** Why it is of no use any more. */
  #end: unknown;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  call(request: Request, signal?: AbortSignal): Promise<unknown> {
    const number = ++this.#last;
    const reply = new Promise((resolve, reject) => {
      const waiting = { number, request, message: 0, isAlone: false, resolve, reject };
      this.#waiting.set(number, waiting);
      this.#post(waiting);
    });
    return signal === undefined ? reply : this.#cancellable(reply, number, signal);
  }

  /** The server says what comes of a call that is not wanted any more: it may have been done already. */
  async #cancellable(reply: Promise<unknown>, number: number, signal: AbortSignal): Promise<unknown> {
    const request = [null, CANCEL, [number], {}] as const;
    const cancel = (): void => this.#post({ number: 0, request, message: 0, isAlone: true });
    signal.addEventListener('abort', cancel);
    try {
      return await reply;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #post(outgoing: Outgoing): void {
    this.#outbox.push(outgoing);
    if (this.#isSending) return;
    this.#isSending = true;
    queueMicrotask(() => void this.#flush());
  }

  /** One message after the other: those who wait for room in the pipe would all stand in its line. */
  async #flush(): Promise<void> {
    while (this.#outbox.length > 0) {
      const first = this.#outbox.findIndex(({ isAlone }) => isAlone);
      const count = first < 0 ? LONGEST_BATCH : Math.max(1, Math.min(first, LONGEST_BATCH));
      await this.#send(this.#outbox.splice(0, count));
    }
    this.#isSending = false;
  }

  async #send(batch: readonly Outgoing[]): Promise<void> {
    for (const outgoing of batch) outgoing.message = this.#sent + 1;
    try {
      await this.#channel.send(batch.map(({ request, number }) => [...request, number]));
      this.#sent++;
      for (const { sent } of batch) sent?.();
      if (!this.#isReading) void this.#read();
    } catch (error) {
      // Which of them cannot travel?
      if (batch.length > 1) for (const outgoing of batch) await this.#send([outgoing]);
      else this.#refuse(batch[0]!, error);
    }
  }

  #refuse({ sent, number }: Outgoing, error: unknown): void {
    sent?.(error);
    this.#settle(number)?.reject(error);
  }

  /** Reads as long as somebody waits, so that the program may end when nobody does. */
  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#waiting.size > 0)
        for (const [kind, payload, number] of await this.#receive())
          if (kind === UNDECODABLE) this.#sendAgain(-number, payload);
          else this.#settle(number)?.resolve([kind, payload]);
    } catch (error) {
      this.#end = error;
      this.#channel.close();
      for (const number of this.#waiting.keys()) this.#settle(number)?.reject(error);
    }
    this.#isReading = false;
  }

  async #receive(): Promise<Numbered[]> {
    const replies = (await this.#channel.receive()) as Numbered[];
    const items = replies.filter(([kind]) => kind === ITEM).map(([, , number]) => number);
    if (items.length > 0) await this.#sayReceived(items);
    return replies;
  }

  /** Before anybody sees them: then either their receiver has them, or another one gets them, and never both. */
  #sayReceived(items: readonly number[]): Promise<void> {
    const request = [null, RECEIVED, items, {}] as const;
    return new Promise((resolve, reject) => {
      const sent = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      this.#post({ number: 0, request, message: 0, isAlone: false, sent });
    });
  }

  #settle(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    return waiting;
  }

  /** None of a message's requests has begun: those that the server can read do so one by one. */
  #sendAgain(message: number, error: unknown): void {
    const unread = [...this.#waiting.values()].filter((waiting) => waiting.message === message);
    if (unread.length === 1) return this.#settle(unread[0]!.number)?.reject(error);
    for (const waiting of unread) this.#post(Object.assign(waiting, { isAlone: true }));
  }

  close(): void {
    this.#channel.close();
  }
}
