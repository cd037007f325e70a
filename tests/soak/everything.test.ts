/** Four processes that use everything, while one of them is killed every 100 ms, and what they say of each item. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect as collectShared } from '#dist/memory/collect.js';
import { blocksInUse, underHeapLock } from '#dist/memory/heap.js';
import { slotsInUse } from '#dist/memory/slots.js';
import { entriesInUse } from '#dist/memory/entries.js';
import { Empty, Full, OwnerDiedError, Pool, Process, WorkerCrashedError } from 'manyfold';
import { collect } from '../support/collect.js';
import { guard } from '../support/guard.js';
import { assertHeapSound } from '../support/heap.js';
import { dumpProcess, relatives } from '../support/processes.js';
import { Random } from '../support/random.js';
import { until } from '../support/wait.js';
import {
  accept,
  ACCEPTED,
  ACTIONS,
  CHANNELS,
  createShare,
  ITEMS,
  makeItem,
  PLACES,
  receive,
  work,
  type Channel,
  type Item,
  type Self,
  type Share,
} from './worker.js';

const seconds = Number(process.env['MANYFOLD_SOAK_SECONDS'] ?? 10);
const KILL_EVERY = 100;
/** Whoever has not got any further after this time (ms) hangs. */
const PATIENCE = 10_000;

guard({ limit: (seconds + 60) * 1000 });

interface Worker {
  readonly place: number;
  readonly incarnation: number;
  readonly process: Process;
  steps: number;
  movedAt: number;
}

/** Keeps the channels from running empty or full for good, whatever those in the middle happen to do. */
async function feed(share: Share, self: Self, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    for (const channel of CHANNELS) {
      if (self.made === ITEMS) Object.assign(self, { incarnation: self.incarnation + 1, made: 0 });
      await putOne(share, channel, makeItem(self, channel)!);
      await sleep(10);
      // From a simple queue one cannot take without perhaps waiting for long.
      if (channel !== 'simpleQueue') while (self.random.below(3) > 0 && (await takeOne(share, self, channel)));
    }
  }
}

async function putOne(share: Share, channel: Channel, item: Item): Promise<void> {
  try {
    if (channel === 'pipe') await share.writer.send(item);
    else if (channel === 'simpleQueue') await share.simpleQueue.put(item);
    else await share[channel].put(item, { timeout: 20 });
    accept(share, item);
  } catch (error) {
    if (!(error instanceof Full)) throw error;
    share.sent[item.id] = 0;
  }
}

async function takeOne(share: Share, self: Self, channel: Channel): Promise<boolean> {
  let item: Item;
  try {
    if (channel === 'pipe') {
      if (!(await share.reader.poll())) return false;
      item = await share.reader.recv({ signal: AbortSignal.timeout(100) });
    } else if (channel === 'simpleQueue') {
      if (share.simpleQueue.empty()) return false;
      item = await share.simpleQueue.get();
    } else item = await share[channel].get({ timeout: 0 });
  } catch (error) {
    if (error instanceof Empty || (error as Error).name === 'TimeoutError') return false; // somebody else was quicker
    throw error;
  }
  receive(self, channel, item);
  if (channel === 'joinable') share.joinable.taskDone();
  return true;
}

/** Tasks for a pool whose workers are killed as well. */
async function usePool(random: Random, isOver: () => boolean): Promise<void> {
  await using pool = new Pool(2);
  while (!isOver()) {
    const numbers = Array.from({ length: 1 + random.below(50) }, (_, place) => place);
    try {
      const results = await pool.map((x: number) => x * 2, numbers, {
        chunksize: 1 + random.below(5),
      });
      assert.deepEqual(
        results,
        numbers.map((x) => x * 2),
      );
      if (random.below(20) === 0) await pool.apply(() => process.kill(process.pid, 'SIGKILL'));
    } catch (error) {
      if (!(error instanceof WorkerCrashedError)) throw error;
    }
    await sleep(random.below(20));
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

const perChannel = (): Record<Channel, number> => ({ queue: 0, simpleQueue: 0, pipe: 0, joinable: 0 });

/** Items that were accepted and never delivered. Their channel stands in the ledger, behind the state. */
function countLost({ sent, delivered }: Share): Record<Channel, number> {
  const lost = perChannel();
  for (let id = 0; id < sent.length; id++) {
    if ((sent[id]! & 3) === ACCEPTED && delivered[id] === 0) lost[CHANNELS[sent[id]! >> 2]!]++;
  }
  return lost;
}

/** How many died while they took something from a channel. */
function countHands({ doing }: Share, dead: readonly number[]): Record<Channel, number> {
  const hands = perChannel();
  for (const incarnation of dead) {
    const name = ACTIONS[doing[incarnation]! - 1]?.[0] ?? '';
    if (name.startsWith('get ')) hands[name.slice(4) as Channel]++;
  }
  return hands;
}

test(`${seconds} s of everything: nothing is lost, nothing doubled, nothing leaked, and nobody hangs`, async (context) => {
  const random = Random.printed();
  const incarnations = Math.ceil((seconds * 1000) / KILL_EVERY) + 2 * PLACES;
  const rowsOfOwn = 2 + Math.ceil((seconds * 100) / ITEMS);
  const first = new Process({ target: () => {} });
  await first.start();
  await first.join();
  const slotsBefore = [...slotsInUse()].length;
  const share = createShare(incarnations + rowsOfOwn);
  const blocksAtFirst = blocksInUse();
  let next = 0;
  const dead: number[] = [];
  const failures: string[] = [];

  const start = async (place: number): Promise<Worker> => {
    const incarnation = next++;
    const child = new Process({ target: work, args: [share, place, incarnation, random.below(2 ** 31)] });
    await child.start();
    return { place, incarnation, process: child, steps: 0, movedAt: performance.now() };
  };
  const bury = async ({ place, incarnation, process: child }: Worker): Promise<void> => {
    await child.join();
    if (child.exitCode !== -9) failures.push(`incarnation ${incarnation} ended with ${child.exitCode} by itself`);
    dead.push(incarnation);
    Atomics.compareExchange(share.permitted, place, incarnation + 1, 0);
  };
  const look = (worker: Worker): void => {
    const steps = Atomics.load(share.steps, worker.incarnation);
    if (steps !== worker.steps) Object.assign(worker, { steps, movedAt: performance.now() });
    else if (performance.now() - worker.movedAt > PATIENCE) {
      const info = relatives(process.pid).find(({ pid }) => pid === worker.process.pid);
      const what = ACTIONS[share.doing[worker.incarnation]! - 1]?.[0] ?? 'start';
      failures.push(`incarnation ${worker.incarnation} hangs: ${what}\n${info ? dumpProcess(info) : 'it is gone'}`);
    }
  };

  const workers = await Promise.all(Array.from({ length: PLACES }, (_, place) => start(place)));
  const self: Self = { share, place: 0, incarnation: incarnations, random, made: 0 };
  const deadline = performance.now() + seconds * 1000;
  const isOver = () => performance.now() > deadline || failures.length > 0;
  const fail = (error: unknown) => void failures.push(String(error));
  const feeding = feed(share, self, isOver).catch(fail);
  const pooling = usePool(random, isOver).catch(fail);
  try {
    for (let kills = 1; !isOver(); kills++) {
      // At any moment of the time that is its own.
      const at = deadline - seconds * 1000 + (kills + random.below(1000) / 1000) * KILL_EVERY;
      await sleep(Math.max(0, at - performance.now()));
      const victim = workers[random.below(PLACES)]!;
      victim.process.kill();
      await bury(victim);
      if (next < incarnations) workers[victim.place] = await start(victim.place);
      for (const worker of workers) look(worker);
      assertHeapSound();
    }
  } finally {
    for (const worker of workers) worker.process.kill();
    for (const worker of workers) await bury(worker).catch(fail);
    await Promise.all([feeding, pooling]);
  }
  assert.deepEqual(failures, []);

  for (const channel of CHANNELS) while (await takeOne(share, self, channel));
  const lost = countLost(share);
  const hands = countHands(share, dead);
  context.diagnostic(`${dead.length} deaths, ${sum(share.steps)} actions; lost in dead hands: ${JSON.stringify(lost)}`);
  for (const channel of CHANNELS) {
    assert.ok(
      lost[channel] <= hands[channel],
      `${lost[channel]} items lost in ${channel}, ${hands[channel]} died over it`,
    );
  }
  const added = sum(share.added);
  assert.ok(
    share.total.value >= added && share.total.value <= added + dead.length,
    `${share.total.value} for ${added}`,
  );
  for (const lock of [share.lock, share.rlock, share.frank]) {
    if (await lock.acquire({ timeout: 2000 }).catch(unlessOwnerDied)) lock.release();
    assert.ok(!lock.locked());
  }
  assert.ok(await until(() => share.semaphore.getValue() === 2), `${share.semaphore.getValue()} permits of 2`);
  assert.equal(entriesInUse(), 0);
  assertHeapSound();
  assert.ok(
    await until(() => [...slotsInUse()].length <= slotsBefore),
    `${[...slotsInUse()].length} slots, ${slotsBefore} before`,
  );
  let blocks = 0;
  // What this process and the dead have referred to is let go of by and by: by finalizers, and when the dead are buried.
  await until(async () => {
    await collect();
    underHeapLock(collectShared);
    blocks = blocksInUse() - blocksAtFirst;
    return blocks <= FEW_BLOCKS;
  }, 5000);
  context.diagnostic(`${blocks} blocks more than at first`);
  assert.ok(blocks <= FEW_BLOCKS, `${blocks} blocks more than at first, after ${dead.length} deaths`);
});

/** Chunks that stores have at hand, pages of this process's references. */
const FEW_BLOCKS = 16;

function unlessOwnerDied(error: unknown): false {
  if (error instanceof OwnerDiedError) return false;
  throw error;
}
