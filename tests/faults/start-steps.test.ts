/** A process dies before each of its accesses to shared memory in turn while it starts a child and joins it. */

import assert from 'node:assert/strict';
import { blocksInUse } from '#dist/memory/heap.js';
import { slotsInUse } from '#dist/memory/slots.js';
import { allSteps, dieBeforeAccess, STEPS_LIMIT } from '../support/kill-points.js';
import { guard } from '../support/guard.js';
import { assertHeapSound } from '../support/heap.js';
import { eachMethod, type Method } from '../support/methods.js';
import { until } from '../support/wait.js';

// A spawned one takes a tenth of a second.
const STRIDE: Partial<Record<Method, number>> = {
  forkserver: 1,
  fork: 1,
  spawn: allSteps ? 1 : 7,
};

guard({ limit: STEPS_LIMIT });

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Event, Process } = context;

  test('wherever one dies that starts a child or joins it, nothing of both stays', async (t) => {
    // Whoever waits looks after the dead.
    const never = new Event();
    const slots = () => [...slotsInUse()].length;
    const child = async (step: number) => {
      const grandchild = new Process({ target: () => new Promise(() => setInterval(() => {}, 1000)) });
      dieBeforeAccess(step);
      await grandchild.start();
      grandchild.kill();
      await grandchild.join();
    };
    const run = async (step: number) => {
      const process = new Process({ target: child, args: [step] });
      await process.start();
      await process.join();
      return process.exitCode;
    };
    await run(1);
    const before = { blocks: blocksInUse(), slots: slots() };
    let step = 1;
    for (let exitCode: number | null = -9; exitCode === -9; step += STRIDE[method]!) {
      exitCode = await run(step);
      const over = () => slots() <= before.slots;
      await until(async () => over() || (await never.wait({ timeout: 100 })) || over());
      assert.ok(over(), `step ${step}: ${slots()} slots, ${before.slots} before`);
      assertHeapSound();
      assert.ok(await until(() => blocksInUse() <= before.blocks), `step ${step}: ${blocksInUse()} blocks`);
    }
    t.diagnostic(`steps up to ${step}`);
    assert.ok(step > 10 && step < 1000);
  });
});
