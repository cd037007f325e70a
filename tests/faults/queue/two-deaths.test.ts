/** One dies with a message in hand, and then the one who sees to that, before each of its accesses to shared memory. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { bury } from '#dist/memory/death.js';
import { settleHandsAt } from '#dist/memory/hand.js';
import { blocksInUse } from '#dist/memory/heap.js';
import { cellAt, header } from '#dist/memory/program.js';
import { HAND, HAND_COUNTER, indexOf, readSlot, self, slotBase } from '#dist/memory/slots.js';
import { Process, Queue, RawArray } from 'manyfold';
import { withoutBurials } from '../../support/fork-server.js';
import { guard } from '../../support/guard.js';
import { assertHeapSound } from '../../support/heap.js';
import { allSteps, dieBeforeAccess, watchPlainStores } from '../../support/kill-points.js';
import { untilState } from '../../support/processes.js';
import { Random } from '../../support/random.js';
import { pauseSync } from '../../support/wait.js';

guard({ limit: 600_000 });
watchPlainStores();

// The fork server and what it opens stay.
before(async () => {
  const process = new Process({ target: () => {} });
  await process.start();
  await process.join();
});

const random = Random.printed();
/** Of the steps of the second one: all of them, or each so many. */
const STRIDE = allSteps ? 1 : 24;

const LENGTHS = [9000, 9001];
const EXIT_CODE = 255;

const message = (length: number) => new Uint8Array(length).fill(1);

/** Where the process that calls it is told when to begin: its first word says how far all may go, the rest are theirs. */
class Start {
  private readonly stage = new RawArray('i', 5);

  get id(): number {
    return this.stage[1]!;
  }

  /** Whether the first one has lived to say so. */
  get isOver(): boolean {
    return this.stage[2] === 1;
  }

  over(): void {
    this.stage[2] = 1;
  }

  reset(): void {
    this.stage.fill(0);
  }

  allow(stage: number): void {
    this.stage[0] = stage;
  }

  /** Until so many wait, each for a stage of its own. Only then may the fork server be stopped, which lets them begin. */
  untilAwaited(count: number): void {
    while (this.stage[3]! + this.stage[4]! < count) pauseSync();
  }

  wait(stage: 1 | 2): void {
    if (stage === 1) this.stage[1] = self();
    this.stage[2 + stage] = 1;
    while (this.stage[0]! < stage) pauseSync();
  }
}

function hasInHand(): boolean {
  return header()[slotBase(indexOf(self())) + HAND] !== 0;
}

/** What one does who sees that the process of a slot has died with something in hand. */
const repairs = {
  'buries it': (id: number) => bury(id, EXIT_CODE),
  'goes on in its place': (id: number) => {
    const counter = readSlot(id, HAND_COUNTER)!;
    if (counter !== 0) settleHandsAt(cellAt(counter));
  },
};

for (const [what, repair] of Object.entries(repairs)) {
  for (const verb of ['takes', 'puts'] as const) {
    test(`a message is not lost though one dies who ${verb} it, and then the one who ${what}`, async (context) => {
      const queue = new Queue<Uint8Array>();
      const start = new Start();
      const work = { takes: () => void queue.getSync(), puts: () => queue.putSync(message(LENGTHS[0]!)) }[verb];

      const run = async (step: number, second: number) => {
        start.reset();
        const victim = new Process({
          target: () => {
            start.wait(1);
            dieBeforeAccess(step, hasInHand);
            work();
            start.over();
          },
        });
        const repairer = new Process({
          target: () => {
            start.wait(2);
            dieBeforeAccess(second);
            repair(start.id);
          },
        });
        if (verb === 'takes') for (const length of LENGTHS) queue.putSync(message(length));
        await Promise.all([victim.start(), repairer.start()]);
        start.untilAwaited(2);
        withoutBurials(() => {
          start.allow(1);
          untilState(victim.pid!, 'Z');
          start.allow(2);
          untilState(repairer.pid!, 'Z');
        });
        await Promise.all([victim.join(), repairer.join()]);
        const where = `step ${step}, then ${second}`;
        const died = !start.isOver;
        check(died, where);
        return { died, both: died && repairer.exitCode === -9 };
      };

      const check = (died: boolean, where: string) => {
        const lengths: number[] = [];
        while (!queue.empty()) {
          const bytes = queue.getSync();
          assert.ok(
            bytes.every((byte) => byte === 1),
            where,
          );
          lengths.push(bytes.length);
        }
        if (verb === 'puts') assert.deepEqual(lengths, LENGTHS.slice(0, lengths.length), where);
        else assert.deepEqual(lengths, died ? LENGTHS : LENGTHS.slice(1), where);
        assertHeapSound();
      };

      await run(Infinity, Infinity);
      const blocks = blocksInUse();
      let tried = 0;
      for (let step = 1, died = true; died; step++) {
        for (let second = 1 + random.below(STRIDE), both = true; both; second += STRIDE, tried++) {
          ({ died, both } = await run(step, second));
          assert.ok(
            blocksInUse() <= blocks + 2,
            `step ${step}, then ${second}: ${blocksInUse()} blocks, ${blocks} before`,
          );
        }
      }
      context.diagnostic(`${tried} pairs of deaths`);
    });
  }
}

test("what has come out of a dead one's hand and is something else by now stays what it is", async () => {
  const queue = new Queue<Uint8Array>();
  const start = new Start();
  for (let step = 1, died = true; died; step++) {
    const victim = new Process({
      target: () => {
        start.wait(1);
        dieBeforeAccess(step, hasInHand);
        queue.putSync(message(LENGTHS[0]!));
      },
    });
    start.reset();
    await victim.start();
    start.untilAwaited(1);
    const numbers = withoutBurials(() => {
      start.allow(1);
      untilState(victim.pid!, 'Z');
      if (!queue.empty()) queue.getSync();
      // Of the same size as the message: they lie where that has lain.
      return new RawArray(
        'i',
        Array.from({ length: LENGTHS[0]! / 4 }, () => 7),
      );
    });
    await victim.join();
    died = victim.exitCode === -9;
    assert.ok(
      numbers.every((number) => number === 7),
      `step ${step}: ${numbers.indexOf(0)} is 0`,
    );
  }
});
