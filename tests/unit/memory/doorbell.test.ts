/** Bells of processes that die, and bells that a dying process has left rung. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { header } from '#dist/memory/program.js';
import { CREATOR, DOORBELL, indexOf, RUNG, self, SERVER, slotBase, slotsInUse } from '#dist/memory/slots.js';
import { Process, Queue } from 'manyfold';
import { guard } from '../../support/guard.js';
import { openDescriptors } from '../../support/processes.js';

guard();

function word(id: number, offset: number): number {
  return slotBase(indexOf(id)) + offset;
}

/** What a process leaves that dies after it has said that it rings and before it does. */
function leaveRung(id: number): void {
  Atomics.store(header(), word(id, RUNG), 1);
}

test('a process whose bell was left rung hears it again', async () => {
  const queue = new Queue<number>();
  const answers = new Queue<number>();
  const echo = async () => {
    for (;;) {
      const item = await queue.get();
      await answers.put(item);
      if (item === 0) return;
    }
  };
  const process = new Process({ target: echo });
  await process.start();
  leaveRung(self());
  await queue.put(1);
  assert.equal(await answers.get(), 1);
  leaveRung(self());
  await queue.put(0);
  assert.equal(await answers.get(), 0);
  await process.join();
});

test('a fork server whose bell was left rung goes on forking', async () => {
  await using process = new Process({ target: () => {} });
  await process.start();
  const words = header();
  const isServer = (id: number) =>
    words[word(id, CREATOR)] === self() && words[word(id, SERVER)] === 0 && words[word(id, DOORBELL)] !== 0;
  const server = [...slotsInUse()].find((id) => id !== self() && isServer(id));
  assert.ok(server !== undefined);
  leaveRung(server);
  await using late = new Process({ target: () => {} });
  await late.start();
  await late.join();
  assert.equal(late.exitCode, 0);
});

test('descriptors for ringing others are closed when those have ended', async () => {
  const queue = new Queue<number>();
  const answers = new Queue<number>();
  const echo = async () => answers.put(await queue.get());
  const counts = [];
  for (let round = 0; round < 10; round++) {
    const process = new Process({ target: echo });
    await process.start();
    // An awaiting process is reached by its bell.
    await queue.put(round);
    assert.equal(await answers.get(), round);
    await process.join();
    counts.push(openDescriptors().length);
  }
  assert.equal(counts.at(-1), counts[1]);
});
