import type { Packed } from '../memory/gathered.js';
import { registerHandle } from '../memory/handle.js';
import { attach, mention } from '../memory/holdings.js';
import { call } from '../memory/waiters.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { closedError, Connection } from './connection.js';
import { Lane } from './lane.js';
import { bytesOf, bytesOfSync, pack, pour, unpack, unpackSync } from './message.js';
import { Descriptor } from './descriptor.js';
import type { Readiness } from './ready.js';
import { discard, stow, type Message, type Received, type Taken } from './store.js';
import type { Transport } from './transport.js';
import { Waits } from './waits.js';

/** The lanes of an end, as addresses; 0: it has none in that direction. */
interface Ends {
  readonly in: number;
  readonly out: number;
}

interface Lanes {
  readonly in: Lane | undefined;
  readonly out: Lane | undefined;
}

/** An end of a pipe in this process. `Connection` uses no direction that is not there. */
class PipeEnd implements Transport, Lanes {
  private readonly ends: Ends;
  readonly in: Lane | undefined;
  readonly out: Lane | undefined;
  private readonly waits = new Waits();
  private descriptor: Descriptor | undefined;

  constructor(ends: Ends) {
    this.ends = ends;
    this.in = ends.in === 0 ? undefined : new Lane(ends.in);
    this.out = ends.out === 0 ? undefined : new Lane(ends.out);
    if (this.in) attach(this, this.in.readers.token);
    if (this.out) attach(this, this.out.writers.token);
    dropped.register(this, { in: this.in, out: this.out }, this);
  }

  get readable(): boolean {
    return this.in !== undefined;
  }

  get writable(): boolean {
    return this.out !== undefined;
  }

  async send(value: unknown, signal?: AbortSignal): Promise<void> {
    return this.put(pack(value), signal);
  }

  sendSync(value: unknown): void {
    this.putSync(pack(value));
  }

  async sendBytes(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.put(bytes, signal);
  }

  sendBytesSync(bytes: Uint8Array): void {
    this.putSync(bytes);
  }

  recv(signal?: AbortSignal): Promise<unknown> {
    return this.receive(unpack, undefined, signal);
  }

  recvSync(): unknown {
    return this.receiveSync(unpackSync);
  }

  recvBytes(limit: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.receive(bytesOf, limit, signal);
  }

  recvBytesSync(limit: number): Uint8Array {
    return this.receiveSync(bytesOfSync, limit);
  }

  recvInto(room: Uint8Array, signal?: AbortSignal): Promise<number> {
    return this.receive((message) => pour(message, room), undefined, signal);
  }

  recvIntoSync(room: Uint8Array): number {
    return this.receiveSync((message) => pour(message, room));
  }

  async poll(timeout: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.waits.for(this.ready(), { timeout, signal })) ?? false;
  }

  pollSync(timeout: number): boolean {
    return waitSync(this.ready(), timeout) ?? false;
  }

  readiness(): Readiness {
    return { waitable: this.ready(), closed: this.waits.closed };
  }

  fileno(): number {
    this.descriptor ??= new Descriptor(
      () => this.in?.isReady(false) === true,
      () => this.waits.for(this.ready(), { ref: false }),
    );
    return this.descriptor.fd;
  }

  /** Counts this process among those who hold the end. */
  hold(): void {
    this.in?.readers.add();
    this.out?.writers.add();
  }

  /** Likewise, for an end that a message has brought. */
  arrive(): void {
    this.in?.readers.arrive();
    this.out?.writers.arrive();
  }

  close(): void {
    dropped.unregister(this);
    giveUp(this);
    this.waits.end(closedError());
    this.descriptor?.close();
  }

  travel(): [string, Ends] {
    this.in?.mention();
    this.out?.mention();
    for (const holders of [this.in?.readers, this.out?.writers]) {
      if (holders === undefined) continue;
      mention(this, holders.token);
      holders.depart();
    }
    return ['Connection', this.ends];
  }

  private async put(bytes: Packed, signal: AbortSignal | undefined): Promise<void> {
    if (!signal?.aborted && this.out!.put(bytes, false)) return;
    const message = stow(bytes);
    let sent: true | undefined;
    try {
      sent = await this.waits.for(this.room(message), { signal });
    } finally {
      if (!sent) discard(message);
    }
  }

  private putSync(bytes: Packed): void {
    if (this.out!.put(bytes, false)) return;
    const message = stow(bytes);
    let sent: true | undefined;
    try {
      sent = waitSync(this.room(message));
    } finally {
      if (!sent) discard(message);
    }
  }

  private async receive<T>(read: (message: Taken) => T, limit?: number, signal?: AbortSignal): Promise<T> {
    const next = this.messages((patient) => this.in!.receive(read, patient, limit));
    const { value } = (await this.waits.for(next, { signal }))!;
    this.descriptor?.look();
    return value;
  }

  private receiveSync<T>(read: (message: Taken) => T, limit?: number): T {
    const attempt = (patient: boolean): Received<T> | undefined => this.in!.receive(read, patient, limit);
    const { value } = attempt(false) ?? waitSync(this.messages(attempt))!;
    this.descriptor?.look();
    return value;
  }

  private ready(): Waitable<true> {
    return this.messages((patient) => this.in!.isReady(patient));
  }

  private messages<T>(attempt: (patient: boolean) => T | undefined): Waitable<T> {
    const { store, address } = this.in!;
    return { line: store.messages, object: address, cares: true, attempt };
  }

  private room(message: Message): Waitable<true> {
    const { store, address } = this.out!;
    return { line: store.room, object: address, cares: true, attempt: (patient) => this.out!.put(message, patient) };
  }
}

/** This process holds the end no more; those at the other end may be waiting for that. */
function giveUp({ in: inbound, out: outbound }: Lanes): void {
  inbound?.readers.remove();
  outbound?.writers.remove();
  if (outbound) call(outbound.store.messages, Infinity);
  if (inbound) call(inbound.store.room, Infinity);
  inbound?.dropUnreadable();
  outbound?.dropUnreadable();
}

const dropped = new FinalizationRegistry(giveUp);

/**
 * A pipe: two connected ends, which travel anywhere a value does. Both send and receive, or with `duplex` false the first
 * only receives and the second only sends.
 *
 * @example
 * const [here, there] = Pipe<string, number>();
 * await new Process({ target: async () => there.send((await there.recv()).length) }).start();
 * await here.send('hello');
 * console.log(await here.recv()); // 5
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Pipe
 */
export function Pipe<Out = unknown, In = Out>(duplex = true): [Connection<Out, In>, Connection<In, Out>] {
  const back = Lane.create();
  const forth = duplex ? Lane.create() : 0;
  return [open({ in: back, out: forth }), open({ in: forth, out: back })];
}

function open<Out, In>(ends: Ends): Connection<Out, In> {
  const end = new PipeEnd(ends);
  end.hold();
  return new Connection<Out, In>(end);
}

registerHandle('Connection', (state) => {
  const end = new PipeEnd(state as Ends);
  end.arrive();
  return new Connection(end);
});
