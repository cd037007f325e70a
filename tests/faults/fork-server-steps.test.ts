/** The fork server dies before each of its accesses to shared memory in turn. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocksInUse } from '#dist/memory/heap.js';
import { slotsInUse } from '#dist/memory/slots.js';
import { Process, setForkserverPreload } from 'manyfold';
import { restingServerPid } from '../support/fork-server.js';
import { guard } from '../support/guard.js';
import { assertHeapSound } from '../support/heap.js';
import { allSteps, STEPS_LIMIT } from '../support/kill-points.js';
import { until } from '../support/wait.js';

guard({ limit: STEPS_LIMIT });

// Each step takes a new server.
const stride = allSteps ? 1 : 9;

test('wherever a fork server dies, a start succeeds, its target runs once or dies with it, and nothing of it stays', async (context) => {
  const file = join(tmpdir(), 'step');
  fs.writeFileSync(file, '0');
  process.env['DYING_SERVER_STEP'] = file;
  setForkserverPreload([fileURLToPath(new URL('fixtures/dying-server.js', import.meta.url))]);
  const target = (path: string) => fs.appendFileSync(path, '.');
  const run = async (log: string) => {
    fs.writeFileSync(log, '');
    const child = new Process({ target, args: [log] });
    await child.start();
    assert.ok(child.pid! > 0);
    await child.join();
    return { exitCode: child.exitCode, runs: fs.statSync(log).size };
  };
  // The first is the one that stands by; the second one has to be forked.
  const logs = ['first', 'second'].map((name) => join(tmpdir(), name));
  const runBoth = () => Promise.all(logs.map(run));
  let step = 3;
  let restarted = 0;
  let survivals = 0; // how much it has to do differs from round to round
  try {
    await runBoth();
    const before = { blocks: blocksInUse(), slots: [...slotsInUse()].length };
    for (; survivals < 3; step += stride) {
      if ((await restingServerPid()) === undefined) await runBoth();
      const victim = await restingServerPid();
      fs.writeFileSync(file, String(step));
      const ends = await runBoth();
      const survived = (await restingServerPid()) === victim;
      if (survived) survivals++;
      if (!survived && ends[1]!.exitCode === 0) restarted++;
      const outcome = `step ${step}: ${JSON.stringify(ends)}`;
      for (const { exitCode, runs } of ends)
        assert.ok(exitCode === 0 ? runs === 1 : !survived && exitCode === 255 && runs <= 1, outcome);
      assertHeapSound();
      assert.ok(await until(() => blocksInUse() <= before.blocks), `${outcome}: ${blocksInUse()} blocks`);
      assert.ok([...slotsInUse()].length <= before.slots, outcome);
    }
  } finally {
    for (const path of [file, ...logs]) fs.rmSync(path);
    delete process.env['DYING_SERVER_STEP'];
    setForkserverPreload([]);
  }
  context.diagnostic(`steps up to ${step}, at ${restarted} of them the child was started anew`);
  assert.ok(restarted > 0);
});
