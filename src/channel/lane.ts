import { EOFError, OSError } from '../errors.js';
import { attach, mention } from '../memory/holdings.js';
import { free } from '../memory/heap.js';
import { createObject, LANE } from '../memory/objects.js';
import { cellAt } from '../memory/program.js';
import { onDisposal } from '../memory/release.js';
import { call } from '../memory/waiters.js';
import { HOLDER_WORDS, Holders, releaseHolders } from './holders.js';
import { Store, type Message, type Received, type Taken } from './store.js';

/** A sender waits when the receiver is this many messages behind. */
const MESSAGES_IN_FLIGHT = 4096;

const WRITERS = 1;
const READERS = WRITERS + HOLDER_WORDS;
const LANE_BYTES = (READERS + HOLDER_WORDS) * 4;

/**
 * One direction of a pipe, in shared memory:
 *
 *   word 0     address of the store with its messages
 *   word 1..   who holds the end that writes
 *   word 13..  who holds the end that reads
 */
export class Lane {
  readonly address: number;
  readonly store: Store;
  readonly writers: Holders;
  readonly readers: Holders;

  constructor(address: number) {
    this.address = address;
    const { words, index } = cellAt(address);
    this.store = new Store(words[index]!);
    this.writers = new Holders(address + WRITERS);
    this.readers = new Holders(address + READERS);
    attach(this, address);
    attach(this.store, this.store.address);
  }

  static create(): number {
    const address = createObject(LANE_BYTES, LANE);
    const { words, index } = cellAt(address);
    words[index] = Store.create(MESSAGES_IN_FLIGHT).address;
    Holders.create(address + WRITERS);
    Holders.create(address + READERS);
    return address;
  }

  /** Says that the message that is being written refers to it. */
  mention(): void {
    mention(this, this.address);
    mention(this.store, this.store.address);
  }

  /** Undefined when there is no room now. */
  put(message: Message, patient: boolean): true | undefined {
    if (!this.readers.any(patient))
      throw new OSError('ERR_BROKEN_PIPE', 'nobody holds the other end of this connection');
    return this.store.put(message) || undefined;
  }

  /** Undefined when there is no message now. One that is longer than `longest` bytes stays, and is an error. */
  receive<T>(read: (message: Taken) => T, patient: boolean, longest?: number): Received<T> | undefined {
    const received = this.store.receive(read, longest);
    if (received !== undefined || this.writers.any(patient)) return received;
    // What was sent before the last writer went is still to be had.
    const last = this.store.receive(read, longest);
    if (last === undefined) throw new EOFError('ERR_EOF', 'nothing is left to receive, and nobody holds the other end');
    return last;
  }

  /** What nobody can receive any more is dropped, and with it the ends of other pipes that are in it. */
  dropUnreadable(): void {
    if (this.readers.any(true)) return;
    for (let taken = this.store.take(); taken !== undefined; taken = this.store.take())
      if (taken.bytes === undefined) free(taken.parcel);
  }

  /** Whether there is a message, or the end of them. */
  isReady(patient: boolean): true | undefined {
    if (this.store.size === 0 && this.writers.any(patient)) return undefined;
    call(this.store.messages); // who only looks takes nothing: the call is for the next one
    return true;
  }
}

onDisposal(LANE, (address) => {
  releaseHolders(address + WRITERS);
  releaseHolders(address + READERS);
});
