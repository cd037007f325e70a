import type { Channel } from './channel.js';
import type { Request } from './wire.js';

interface Waiting {
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** A line to a server of this program that many calls use at once: each has a number, by which it finds its reply. */
export class SharedLine {
  readonly #channel: Channel;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #sent: Promise<void> = Promise.resolve();
  #isReading = false;
  /** Why it is of no use any more. */
  #end: unknown;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  call(request: Request): Promise<unknown> {
    const number = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      // One after the other: those who wait for room in the pipe would all stand in its line.
      const sent = this.#sent.then(() => this.#channel.send([...request, number]));
      this.#sent = sent.catch((error: unknown) => {
        this.#waiting.delete(number);
        reject(error);
      });
      if (!this.#isReading) void this.#read();
    });
  }

  /** Reads as long as somebody waits, so that the program may end when nobody does. */
  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#waiting.size > 0) {
        const [kind, payload, number] = (await this.#channel.receive()) as [string, unknown, number];
        const waiting = this.#waiting.get(number);
        this.#waiting.delete(number);
        waiting?.resolve([kind, payload]);
      }
    } catch (error) {
      this.#end = error;
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    }
    this.#isReading = false;
  }

  close(): void {
    this.#channel.close();
  }
}
