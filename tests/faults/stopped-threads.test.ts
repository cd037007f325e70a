/** Threads that are stopped at any moment: their process goes on, and nothing of them is left in it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { getContext } from 'manyfold';
import { guard } from '../support/guard.js';
import { openDescriptors } from '../support/processes.js';

guard();

const { Lock, Process, Value } = getContext('thread');

test('a thread that is stopped while it begins to wait leaves no descriptor open', async () => {
  const lock = new Lock();
  using _held = await lock.hold();
  const pipes = () => openDescriptors().filter(([, target]) => target.startsWith('pipe:')).length;
  const stopAfter = async (microseconds: number) => {
    const begins = new Value('i', 0);
    const thread = new Process({
      target: () => {
        begins.value = 1;
        return lock.acquire();
      },
    });
    await thread.start();
    while (begins.value === 0) await turn();
    for (const end = performance.now() + microseconds / 1000; performance.now() < end;);
    thread.terminate();
    await thread.join();
  };
  await stopAfter(0);
  const before = pipes();
  for (let microseconds = 0; microseconds < 4000; microseconds += 400) await stopAfter(microseconds);
  assert.equal(pipes(), before);
});
