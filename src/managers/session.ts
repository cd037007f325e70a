import { setMaxListeners } from 'node:events';
import { storedAtOnce } from './block.js';
import type { Channel } from './channel.js';
import { OTHERS, type Client } from './clients.js';
import type { Objects, Referent } from './objects.js';
import type { Caller } from './waits.js';
import { ITEM, UNSERIALIZABLE, type Reply } from './wire.js';

/** A call that is being served. */
export class Call implements Caller {
  readonly owner: object;
  readonly client: Client;
  readonly gone: AbortSignal;
  #controller: AbortController | undefined;
  #isOver = false;
  /** Given: the result is taken out of something, and nobody else's until it has arrived. */
  giveBack: (() => void) | undefined;

  constructor(session: Session) {
    this.owner = session;
    this.client = session.client;
    this.gone = session.gone;
  }

  /** Made when it is asked for: most calls do not wait. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isOver || this.gone.aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  handsOver(giveBack: () => void): void {
    this.giveBack = giveBack;
  }

  cancel(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}

/** So many replies go together at most. */
const LONGEST_BATCH = 256;

/** One line of requests at the server. Requests with a number are answered together, with theirs; others in turn. */
export class Session {
  readonly channel: Channel;
  readonly client: Client;
  readonly isLocal: boolean;
  readonly #objects: Objects;
  readonly #gone = new AbortController();
  /** Calls that wait. */
  readonly #calls = new Map<number | undefined, Call>();
  #outbox: (readonly unknown[])[] = [];
  #sending: Promise<void> | undefined;
  #given: Referent[] = [];
  /** What has been taken out for the client and may not have arrived, by the number of the call. */
  readonly #handed = new Map<number | undefined, () => void>();
  /** How many messages have come. */
  received = 0;

  constructor(channel: Channel, client: Client, objects: Objects, isLocal: boolean) {
    this.channel = channel;
    this.client = client;
    this.isLocal = isLocal;
    this.#objects = objects;
    setMaxListeners(Infinity, this.#gone.signal);
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The reply to a call that is done at once, or is not. */
  answer(reply: Reply | Promise<Reply>, call: Call, number: number | undefined): void {
    if (!(reply instanceof Promise)) return this.#settle(reply, call, number);
    this.#calls.set(number, call);
    void this.#answerLate(reply, call, number);
  }

  async #answerLate(reply: Promise<Reply>, call: Call, number: number | undefined): Promise<void> {
    const late = await reply;
    this.#calls.delete(number);
    this.#settle(late, call, number);
  }

  #settle(reply: Reply, { giveBack }: Call, number: number | undefined): void {
    if (giveBack === undefined) return this.#put(reply, number);
    if (this.gone.aborted) return giveBack();
    this.#handed.set(number, giveBack);
    this.#put(this.#saysWhatCame ? [ITEM, reply[1]] : reply, number);
  }

  /** Python's clients do not: what has been sent to them is theirs. */
  get #saysWhatCame(): boolean {
    return this.client !== OTHERS;
  }

  /** The client has these results; undefined: that of the last call on a line in turn. */
  hasReceived(numbers: readonly (number | undefined)[]): void {
    for (const number of numbers) this.#handed.delete(number);
  }

  cancel(number: number | undefined): void {
    this.#calls.get(number)?.cancel();
  }

  /** Says that the reply gives out an object, which goes again if nobody has got it. */
  gives(referent: Referent): void {
    this.#given.push(referent);
  }

  /** When all replies are on their way. */
  async flushed(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  #put(reply: Reply, number: number | undefined): void {
    this.#outbox.push(number === undefined ? reply : [...reply, number]);
    this.#sending ??= Promise.resolve().then(() => this.#flush());
  }

  /** One message after the other: all that wait for room in a pipe would stand in its line. */
  async #flush(): Promise<void> {
    while (this.#outbox.length > 0) {
      const replies = this.#outbox.splice(0, LONGEST_BATCH);
      const given = this.#given;
      this.#given = [];
      await this.#send(replies);
      for (const referent of given) this.#objects.reconsider(referent);
    }
    this.#sending = undefined;
  }

  async #send(replies: (readonly unknown[])[]): Promise<void> {
    const [first] = replies;
    const isNumbered = first!.length > 2;
    try {
      await storedAtOnce(() => this.channel.send(isNumbered ? replies : first!));
      if (!this.#saysWhatCame) this.#handed.clear();
    } catch (error) {
      if (replies.length > 1) for (const reply of replies) await this.#send([reply]);
      else if (first![0] !== UNSERIALIZABLE) await this.#send([[UNSERIALIZABLE, textOf(error), ...first!.slice(2)]]);
      // else it has gone
    }
  }

  /** Its client has gone, or closed it. */
  end(): void {
    this.#gone.abort();
    for (const call of this.#calls.values()) call.cancel();
    for (const giveBack of [...this.#handed.values()].toReversed()) giveBack();
    this.#handed.clear();
    this.channel.close();
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
