/** Processes that create, send, drop and die at random: nothing in use is ever freed, and in the end nothing is left. */

import assert from 'node:assert/strict';
import { type Lock, Pipe, type Queue, type Value } from 'manyfold';
import { areBlocksBack, describeBlocks, settledBlocks } from '../../support/blocks.js';
import { collect } from '../../support/collect.js';
import { assertHeapSound } from '../../support/heap.js';
import { eachMethod } from '../../support/methods.js';
import { Random } from '../../support/random.js';

/** An object, and what it must contain: anything else means that its memory has become another's. */
type Thing =
  | { readonly kind: 'value'; readonly number: number; readonly value: Value<'i'> }
  | { readonly kind: 'queue'; readonly number: number; readonly queue: Queue<number> }
  | { readonly kind: 'array'; readonly number: number; readonly array: Int32Array }
  | { readonly kind: 'lock'; readonly number: number; readonly lock: Lock }
  | { readonly kind: 'box'; readonly number: number; readonly queue: Queue<Thing[]> };

const PROCESSES = 3;

eachMethod(['forkserver', 'spawn'], (method, context, test) => {
  const { Lock: ALock, Process, Queue: AQueue, RawArray, Value: AValue } = context;
  // OBJECTS_FUZZ_SECONDS=60 and more for a long run.
  const seconds = Number(process.env['OBJECTS_FUZZ_SECONDS'] ?? (method === 'spawn' ? 2 : 3));

  test('random life: created, sent, dropped, killed', async () => {
    const random = Random.printed();
    const before = await settledBlocks();
    await (async () => {
      const inboxes = Array.from({ length: PROCESSES + 1 }, () => new AQueue<Thing>(100));
      const complaints = new AQueue<string>();
      const live = async (place: number, seed: number, patience: number) => {
        const dice = new Random(seed);
        const has: Thing[] = [];
        const make = (): Thing => {
          const number = dice.below(1_000_000) + 1;
          switch (dice.below(5)) {
            case 0:
              return { kind: 'value', number, value: new AValue('i', number) };
            case 1: {
              const queue = new AQueue<number>();
              queue.putSync(number);
              return { kind: 'queue', number, queue };
            }
            case 2:
              return { kind: 'array', number, array: new RawArray('i', [number, number]).subarray(1) };
            case 3: {
              const lock = new ALock();
              lock.acquireSync();
              return { kind: 'lock', number, lock };
            }
            default: {
              const queue = new AQueue<Thing[]>();
              queue.putSync(has.filter(({ kind }) => kind !== 'array').slice(0, 3));
              return { kind: 'box', number, queue };
            }
          }
        };
        const check = (thing: Thing): string | undefined => {
          const { kind, number } = thing;
          if (kind === 'value' && thing.value.value !== number) return `${thing.value.value} in place of ${number}`;
          if (kind === 'array' && thing.array[0] !== number) return `${thing.array[0]} in place of ${number}`;
          if (kind === 'lock' && !thing.lock.locked()) return 'a lock is free';
          if (kind === 'queue' && thing.queue.qsize() > 1) return `${thing.queue.qsize()} items`;
          if (kind === 'box' && thing.queue.qsize() > 1) return `${thing.queue.qsize()} boxes`;
          return undefined;
        };
        const end = performance.now() + patience;
        for (let step = 0; performance.now() < end; step++) {
          const choice = dice.below(10);
          if (choice < 3 && has.length < 20) has.push(make());
          else if (choice < 6 && has.length > 0) {
            // An array that is part of another cannot travel as shared memory: it stays.
            const thing = has[dice.below(has.length)]!;
            const to = inboxes[dice.below(PROCESSES)]!;
            if (thing.kind !== 'array' && !to.full()) await to.put(thing, { timeout: 1 }).catch(() => {});
          } else if (choice < 8) {
            const thing = await inboxes[place]!.get({ timeout: 1 }).catch(() => undefined);
            if (thing !== undefined) has.push(thing);
          } else if (choice < 9 && has.length > 0) {
            const [thing] = has.splice(dice.below(has.length), 1);
            if (thing?.kind === 'box' && thing.queue.qsize() === 1) has.push(...(await thing.queue.get()));
          } else if (step % 50 === 0) await collect();
          while (has.length > 25) has.shift();
          for (const thing of has) {
            const complaint = check(thing);
            if (complaint !== undefined) return await complaints.put(`${place}: ${thing.kind}: ${complaint}`);
          }
        }
      };
      const start = async (place: number, patience = 100_000) => {
        const child = new Process({ target: live, args: [place, random.below(2 ** 31), patience] });
        await child.start();
        return child;
      };
      const children = await Promise.all(Array.from({ length: PROCESSES }, (_, place) => start(place)));
      const end = performance.now() + seconds * 1000;
      let kills = 0;
      while (performance.now() < end || kills < 3) {
        await live(PROCESSES, random.below(2 ** 31), 1 + random.below(method === 'spawn' ? 200 : 40));
        const place = random.below(PROCESSES);
        children[place]!.kill();
        await children[place]!.join();
        kills++;
        children[place] = await start(place);
      }
      for (const child of children) child.kill();
      for (const child of children) await child.join();
      assert.deepEqual([complaints.empty(), complaints.empty() ? '' : complaints.getNowait()], [true, '']);
    })();
    const isBack = await areBlocksBack(before);
    assertHeapSound();
    assert.ok(isBack, `${before} blocks before, and now:\n${describeBlocks()}`);
  });

  test('what has been sent to a process that never looks dies with the queue', async () => {
    const before = await settledBlocks();
    (() => {
      const [queue, other] = [new AQueue(), new AQueue()];
      queue.putSync([other, Pipe()]);
      other.putSync(new ALock());
    })();
    assert.ok(await areBlocksBack(before), `${await settledBlocks()} blocks, ${before} before`);
  });
});
