import { randomBytes } from '../system/random.js';
import type { Card } from './card.js';

/** A program or process that uses a server, over any number of lines. */
export interface Client {
  /** For processes of the server's program. */
  readonly card: Card | undefined;
  lines: number;
  /** It has said that it will end, so that what it leaves is meant to be left. */
  saidGoodbye: boolean;
}

/**
 * The client programs that cannot be told apart, as CPython's, each of whose threads has a line of its own: what they hold
 * ends by their own word only.
 */
export const OTHERS: Client = { card: undefined, lines: 0, saidGoodbye: true };

/** The name under which this library's clients introduce themselves, to be told apart. */
export const OUR_NAME = 'manyfold';

/** The clients of a server that has several lines for one. */
export class Clients {
  readonly #byCard = new Map<number, Client>();
  readonly #byKey = new Map<string, Client>();

  ofCard(card: Card): Client {
    return this.#entered(this.#byCard, card.address, card);
  }

  /**
   * By what a line is introduced with: `manyfold <pid>` for the first one of a client, which is told a key then, and
   * `manyfold <pid> <key>` for its others.
   */
  ofName(name: unknown): { readonly client: Client; readonly key: string | null } {
    const [who, , given] = String(name).split(' ');
    if (who !== OUR_NAME) return { client: OTHERS, key: null };
    const key = given !== undefined && this.#byKey.has(given) ? given : Buffer.from(randomBytes(16)).toString('hex');
    return { client: this.#entered(this.#byKey, key, undefined), key };
  }

  #entered<K>(all: Map<K, Client>, key: K, card: Card | undefined): Client {
    const client = all.get(key) ?? { card, lines: 0, saidGoodbye: false };
    all.set(key, client);
    client.lines++;
    return client;
  }

  /** True when that was its last line. */
  leave(client: Client): boolean {
    if (client === OTHERS || --client.lines > 0) return false;
    for (const all of [this.#byCard, this.#byKey] as Map<unknown, Client>[])
      for (const [key, known] of all) if (known === client) all.delete(key);
    return true;
  }
}

/** Whether a client whose line has ended was killed. */
export function hasDied({ card, saidGoodbye }: Client): boolean {
  return card === undefined ? !saidGoodbye : card.hasDied;
}
