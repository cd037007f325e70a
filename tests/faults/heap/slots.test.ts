/** The process table after deaths that nobody is left to record. */

import assert from 'node:assert/strict';
import { slotsInUse } from '#dist/memory/slots.js';
import { eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'fork'], (_method, context, test) => {
  const { Process, Queue } = context;

  test('the slots of grandchildren are free again after their parent was killed', async () => {
    const ready = new Queue<number>();
    const grandchild = async () => {
      await ready.put(1);
      await new Promise(() => setInterval(() => {}, 1000));
    };
    const child = async () => {
      await new Process({ target: grandchild }).start();
      await new Promise(() => setInterval(() => {}, 1000));
    };
    const count = () => [...slotsInUse()].length;
    const before = count();
    for (let round = 0; round < 3; round++) {
      const process = new Process({ target: child });
      await process.start();
      await ready.get();
      process.kill();
      await process.join();
    }
    const deadline = performance.now() + 10_000;
    // Whoever waits looks after the dead.
    while (count() > before && performance.now() < deadline) await ready.get({ timeout: 100 }).catch(() => {});
    assert.ok(count() <= before, `${count()} slots, ${before} before`);
  });
});
