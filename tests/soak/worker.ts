/** What each process of the soak does until it is killed: everything, in an order that its seed decides. */

import {
  Barrier,
  BrokenBarrierError,
  Condition,
  Empty,
  Event,
  Full,
  JoinableQueue,
  Lock,
  OwnerDiedError,
  Pipe,
  Queue,
  RLock,
  Semaphore,
  SharedArray,
  SimpleQueue,
  Value,
  wait,
} from 'manyfold';
import { Random } from '../support/random.js';

/** Items are numbered: incarnation * ITEMS + how many it has made before. */
export const ITEMS = 4096;
export const PLACES = 4;
export const PERMITS = 2;

export const CHANNELS = ['queue', 'simpleQueue', 'pipe', 'joinable'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a producer has said of an item. */
export const ANNOUNCED = 1;
export const ACCEPTED = 2;

export interface Item {
  readonly id: number;
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

/** All that the processes share; `incarnations` is how many of them the ledger has rows for. */
export function createShare(incarnations: number) {
  const [reader, writer] = Pipe<never, Item>(false);
  return {
    queue: new Queue<Item>(50),
    simpleQueue: new SimpleQueue<Item>(),
    joinable: new JoinableQueue<Item>(30),
    reader,
    writer,
    lock: new Lock({ recover: true }),
    frank: new Lock(),
    rlock: new RLock({ recover: true }),
    semaphore: new Semaphore(PERMITS),
    condition: new Condition(new Lock({ recover: true })),
    event: new Event(),
    barrier: new Barrier(2),
    total: new Value('i', 0),
    pair: new SharedArray('i', 2),
    stock: new Value('i', 0),
    /** Per place: the incarnation inside a section, or 0. */
    inside: new SharedArray('i', 8),
    permitted: new SharedArray('i', PLACES),
    /** Per item: ANNOUNCED or ACCEPTED by its producer, and how often it was delivered. */
    sent: new SharedArray('B', incarnations * ITEMS),
    delivered: new SharedArray('B', incarnations * ITEMS),
    /** Per channel: how many were put and not taken, about; it can be too low when processes die, and never too high. */
    inFlight: new SharedArray('i', CHANNELS.length),
    /** Per incarnation: what it is doing (1 + index in ACTIONS), how often it began something, and its additions. */
    doing: new SharedArray('i', incarnations),
    steps: new SharedArray('i', incarnations),
    added: new SharedArray('i', incarnations),
  };
}

export type Share = ReturnType<typeof createShare>;

/** A thing that must not be, seen by one of the processes. */
class Wrong extends Error {}

function check(holds: boolean, what: () => string): void {
  if (!holds) throw new Wrong(what());
}

const LENGTHS = [0, 0, 1, 10, 10, 10, 100, 100, 1000, 3000, 3000, 8000, 9000, 20_000, 70_000, 1_500_000];

/** Of the worker that this process is. */
export interface Self {
  readonly share: Share;
  readonly place: number;
  incarnation: number;
  readonly random: Random;
  made: number;
}

export function makeItem(self: Self, channel: Channel): Item | undefined {
  if (self.made === ITEMS) return undefined;
  const id = self.incarnation * ITEMS + self.made++;
  const bytes = new Uint8Array(LENGTHS[self.random.below(LENGTHS.length)]!).fill(id & 255);
  self.share.sent[id] = ANNOUNCED + (CHANNELS.indexOf(channel) << 2);
  return { id, channel, bytes };
}

export function accept({ sent }: Share, { id }: Item): void {
  Atomics.store(sent, id, (sent[id]! & ~3) | ACCEPTED);
}

export function receive({ share }: Self, channel: Channel, item: Item): void {
  const { id, bytes } = item;
  check(item.channel === channel, () => `an item of ${item.channel} came by ${channel}`);
  const isWhole = bytes[0] === bytes.at(-1) && (bytes.length === 0 || bytes[0] === (id & 255));
  check(isWhole && LENGTHS.includes(bytes.length), () => `item ${id} is torn`);
  check(share.sent[id]! > 0, () => `item ${id} was never put`);
  const before = Atomics.add(share.delivered, id, 1);
  check(before === 0, () => `item ${id} of ${channel} was delivered twice`);
}

function unlessEmptyOrFull(error: unknown): void {
  if (!(error instanceof Empty || error instanceof Full)) throw error;
}

/** Channels without a limit, or with a high one, would take all memory. */
const MANY = 40;

async function put(self: Self, channel: Channel): Promise<void> {
  const number = CHANNELS.indexOf(channel);
  if (self.share.inFlight[number]! >= MANY) return;
  const item = makeItem(self, channel);
  if (item === undefined) return;
  const { share, random } = self;
  const blocks = random.below(2) === 0;
  const timeout = random.below(8) === 0 ? undefined : random.below(3);
  try {
    if (channel === 'pipe') await (blocks ? share.writer.sendSync(item) : share.writer.send(item));
    else if (channel === 'simpleQueue') await (blocks ? share.simpleQueue.putSync(item) : share.simpleQueue.put(item));
    else await (blocks ? share[channel].putSync(item, { timeout }) : share[channel].put(item, { timeout }));
  } catch (error) {
    share.sent[item.id] = 0;
    return unlessEmptyOrFull(error);
  }
  accept(share, item);
  Atomics.add(share.inFlight, number, 1);
}

async function get(self: Self, channel: Channel): Promise<void> {
  const { inFlight } = self.share;
  Atomics.sub(inFlight, CHANNELS.indexOf(channel), 1);
  if (!(await tryGet(self, channel))) Atomics.add(inFlight, CHANNELS.indexOf(channel), 1);
}

async function tryGet(self: Self, channel: Channel): Promise<boolean> {
  const { share, random } = self;
  const blocks = random.below(2) === 0;
  let item: Item | undefined;
  if (channel === 'pipe') {
    if (random.below(8) > 0 && (await wait([share.reader], 3)).length === 0) return false;
    item = blocks ? share.reader.recvSync() : await share.reader.recv();
  } else if (channel === 'simpleQueue' || random.below(8) === 0) {
    item = blocks ? share[channel].getSync() : await share[channel].get();
  } else {
    const timeout = random.below(3);
    try {
      item = blocks ? share[channel].getSync({ timeout }) : await share[channel].get({ timeout });
    } catch (error) {
      unlessEmptyOrFull(error);
      return false;
    }
  }
  receive(self, channel, item);
  if (channel === 'joinable') share.joinable.taskDone();
  return true;
}

async function acquire(self: Self, lock: Lock | RLock | Semaphore | Condition): Promise<void> {
  if (self.random.below(2) === 0) lock.acquireSync();
  else await lock.acquire();
}

/** Alone in a section: whoever else is there has died, and then the lock says so. */
function enter({ share, incarnation }: Self, section: number, mayBeLeft: boolean): void {
  const before = Atomics.exchange(share.inside, section, incarnation + 1);
  check(before === 0 || mayBeLeft, () => `${before - 1} and ${incarnation} are both in section ${section}`);
}

function exit({ share, incarnation }: Self, section: number): void {
  const before = Atomics.exchange(share.inside, section, 0);
  check(before === incarnation + 1, () => `${before - 1} came to ${incarnation} into section ${section}`);
}

async function linger({ random }: Self): Promise<void> {
  const kind = random.below(8);
  if (kind === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  else if (kind === 1) await new Promise((resolve) => setImmediate(resolve));
}

async function addUnderLock(self: Self): Promise<void> {
  const { share, incarnation } = self;
  await acquire(self, share.lock);
  enter(self, 0, share.lock.recovered);
  if (share.lock.recovered) share.pair[1] = share.pair[0]!;
  check(share.pair[0] === share.pair[1], () => `half a change was left, and the lock did not say so`);
  share.pair[0]!++;
  share.total.value++;
  share.added[incarnation]!++;
  await linger(self);
  share.pair[1]!++;
  exit(self, 0);
  share.lock.release();
}

async function holdRecursive(self: Self): Promise<void> {
  const { rlock } = self.share;
  await acquire(self, rlock);
  enter(self, 1, rlock.recovered);
  rlock.acquireSync();
  await linger(self);
  rlock.release();
  exit(self, 1);
  rlock.release();
}

async function holdFrank(self: Self): Promise<void> {
  const { frank } = self.share;
  try {
    await acquire(self, frank);
  } catch (error) {
    if (error instanceof OwnerDiedError) return;
    throw error;
  }
  await linger(self);
  frank.release();
}

async function usePermit(self: Self): Promise<void> {
  const { share, place, incarnation } = self;
  await acquire(self, share.semaphore);
  Atomics.store(share.permitted, place, incarnation + 1);
  const inside = [...share.permitted].filter((other) => other !== 0).length;
  // The parent strikes out a dead one only after the semaphore may have got back what it held.
  check(inside <= PERMITS + 1, () => `${inside} processes have a permit of ${PERMITS}`);
  await linger(self);
  Atomics.store(share.permitted, place, 0);
  share.semaphore.release();
}

async function produceStock(self: Self): Promise<void> {
  const { condition, stock } = self.share;
  await acquire(self, condition);
  stock.value++;
  condition.notify();
  condition.release();
}

async function consumeStock(self: Self): Promise<void> {
  const { condition, stock } = self.share;
  await acquire(self, condition);
  if (await condition.waitFor(() => stock.value > 0, { timeout: self.random.below(5) })) stock.value--;
  condition.release();
}

async function useEvent(self: Self): Promise<void> {
  const { event } = self.share;
  const timeout = self.random.below(5);
  const kind = self.random.below(4);
  if (kind === 0) event.set();
  else if (kind === 1) event.clear();
  else if (kind === 2) event.waitSync({ timeout });
  else await event.wait({ timeout });
}

async function meet(self: Self): Promise<void> {
  const { barrier } = self.share;
  try {
    await barrier.wait({ timeout: 5 });
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    barrier.reset();
  }
}

export const ACTIONS: [name: string, act: (self: Self) => Promise<void>][] = [
  ...CHANNELS.flatMap((channel): [string, (self: Self) => Promise<void>][] => [
    [`put ${channel}`, (self) => put(self, channel)],
    [`get ${channel}`, (self) => get(self, channel)],
  ]),
  // Who takes without a limit of time should seldom have to wait.
  ['put more pipe', (self) => put(self, 'pipe')],
  ['put more simpleQueue', (self) => put(self, 'simpleQueue')],
  ['add under a lock', addUnderLock],
  ['hold an rlock', holdRecursive],
  ['hold a lock', holdFrank],
  ['use a permit', usePermit],
  ['produce stock', produceStock],
  ['consume stock', consumeStock],
  ['use an event', useEvent],
  ['meet at a barrier', meet],
];

/** The target of each process; it ends only when something is wrong. */
export async function work(share: Share, place: number, incarnation: number, seed: number): Promise<void> {
  const self: Self = { share, place, incarnation, random: new Random(seed), made: 0 };
  for (;;) {
    const number = self.random.below(ACTIONS.length);
    Atomics.store(share.doing, incarnation, number + 1);
    Atomics.add(share.steps, incarnation, 1);
    await ACTIONS[number]![1](self);
    Atomics.store(share.doing, incarnation, 0);
    if (self.random.below(16) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
