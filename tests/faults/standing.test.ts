/** Who stands by, or the fork server, dies before each access to shared memory in turn of the one who sends it off. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { blocksInUse } from '#dist/memory/heap.js';
import { slotsInUse } from '#dist/memory/slots.js';
import { Process } from 'manyfold';
import { forkServerPid, sparePid } from '../support/fork-server.js';
import { guard } from '../support/guard.js';
import { assertHeapSound } from '../support/heap.js';
import { allSteps, onAccess, STEPS_LIMIT } from '../support/kill-points.js';
import { isRunning } from '../support/processes.js';
import { pauseSync, until } from '../support/wait.js';

guard({ limit: STEPS_LIMIT });

let left = 0;
let victim = 0;

/** It may have ended by itself: a child that was sent off does. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

onAccess(() => {
  if (left > 0 && --left === 0) {
    kill(victim);
    while (isRunning(victim)) pauseSync();
    pauseSync(5); // its server, if that lives, collects it
  }
});

for (const { name, findVictim, exitCodes, stride } of [
  { name: 'the process that stands by', findVictim: sparePid, exitCodes: [0, -9], stride: 1 },
  // Each step takes a new server.
  { name: 'the fork server', findVictim: forkServerPid, exitCodes: [0, 255], stride: allSteps ? 1 : 5 },
]) {
  test(`wherever ${name} dies while it is sent off, the start succeeds, the target runs once at most, and nothing stays`, async (context) => {
    const log = join(tmpdir(), 'standing');
    const run = async (step: number) => {
      fs.writeFileSync(log, '');
      const child = new Process({ target: (path: string) => fs.appendFileSync(path, '.'), args: [log] });
      left = step;
      await child.start();
      const isOver = left > 0;
      left = 0;
      await child.join();
      return { isOver, exitCode: child.exitCode!, runs: fs.statSync(log).size };
    };
    try {
      await run(0);
      assert.ok(await until(() => sparePid() !== undefined));
      const before = { blocks: blocksInUse(), slots: [...slotsInUse()].length };
      let step = 1;
      let anew = 0;
      for (; ; step += stride) {
        if (sparePid() === undefined) await run(0);
        assert.ok(await until(() => sparePid() !== undefined));
        victim = findVictim()!;
        const { isOver, exitCode, runs } = await run(step);
        const outcome = `step ${step}: exit code ${exitCode}, run ${runs} times`;
        assert.ok(exitCodes.includes(exitCode) && (exitCode === 0 ? runs === 1 : runs <= 1), outcome);
        if (isOver) break;
        // A server has ended when its main thread has; whoever it has forked dies with its last one, and stands by until then.
        assert.ok(await until(() => !fs.existsSync(`/proc/${victim}`)));
        if (exitCode === 0) anew++;
        assertHeapSound();
        assert.ok(await until(() => blocksInUse() <= before.blocks), `${outcome}: ${blocksInUse()} blocks`);
        assert.ok([...slotsInUse()].length <= before.slots, outcome);
      }
      context.diagnostic(`steps up to ${step}, at ${anew} of them the child was started anew`);
      assert.ok(step > 10 && anew > 0);
    } finally {
      fs.rmSync(log);
    }
  });
}
