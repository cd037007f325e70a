/** A process dies, and then the one who buries it, before each of its accesses to shared memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bury } from '#dist/memory/death.js';
import { blocksInUse } from '#dist/memory/heap.js';
import { self, slotsInUse } from '#dist/memory/slots.js';
import { Process, SimpleQueue } from 'manyfold';
import { withoutBurials } from '../support/fork-server.js';
import { guard } from '../support/guard.js';
import { assertHeapSound } from '../support/heap.js';
import { allSteps, dieBeforeAccess } from '../support/kill-points.js';
import { isRunning, untilState } from '../support/processes.js';
import { until } from '../support/wait.js';

guard();

const stride = allSteps ? 1 : 4;

const EXIT_CODE = 255;
const sleep = () => new Promise((resolve) => setTimeout(resolve, 60_000));

test('wherever the one who buries a process dies, the children of the buried one do not outlive it', async (context) => {
  const told = new SimpleQueue<{ id: number; child: number }>();
  const orders = new SimpleQueue<number>();

  const run = async (step: number) => {
    const parent = new Process({
      target: async () => {
        const child = new Process({ target: sleep });
        await child.start();
        told.putSync({ id: self(), child: child.pid! });
        await sleep();
      },
    });
    const burier = new Process({
      target: () => {
        const id = orders.getSync();
        dieBeforeAccess(step);
        bury(id, EXIT_CODE);
      },
    });
    await Promise.all([parent.start(), burier.start()]);
    const { id, child } = await told.get();
    withoutBurials(() => {
      parent.kill();
      untilState(parent.pid!, 'Z');
      orders.putSync(id);
      untilState(burier.pid!, 'Z');
    });
    await Promise.all([parent.join(), burier.join()]);
    assert.ok(await until(() => !isRunning(child)), `step ${step}: the child goes on`);
    assertHeapSound();
    return burier.exitCode;
  };

  await run(Infinity);
  const before = { blocks: blocksInUse(), slots: [...slotsInUse()].length };
  let step = 1;
  while ((await run(step)) !== 0) {
    assert.ok(await until(() => blocksInUse() <= before.blocks), `step ${step}: ${blocksInUse()} blocks`);
    assert.ok(await until(() => [...slotsInUse()].length <= before.slots), `step ${step}: slots`);
    step += stride;
  }
  context.diagnostic(`steps up to ${step}`);
});
