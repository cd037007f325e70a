/** Inputs and pools of any length in bounded memory. POOL_ITEMS=10000000 makes it a soak, and prints the curve. */

import assert from 'node:assert/strict';
import { blocksInUse } from '#dist/memory/heap.js';
import { collect } from '../../support/collect.js';
import { eachMethod } from '../../support/methods.js';
import { until } from '../../support/wait.js';

const ITEMS = Number(process.env['POOL_ITEMS'] ?? 200_000);
const prints = process.env['POOL_ITEMS'] !== undefined;

async function memory(): Promise<{ heap: number; rss: number; blocks: number }> {
  await collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss, blocks: blocksInUse() };
}

function print(what: string, { heap, rss, blocks }: Awaited<ReturnType<typeof memory>>): void {
  const [heapMb, rssMb] = [heap, rss].map((bytes) => (bytes / 2 ** 20).toFixed(1));
  if (prints) console.log(`${what}: heap ${heapMb} MB, resident ${rssMb} MB, ${blocks} blocks`);
}

eachMethod(['forkserver'], (_method, context, test) => {
  const { Pool } = context;

  test('millions of items through imap, in bounded memory', { timeout: 600_000 }, async () => {
    await using pool = new Pool(2);
    let read = 0;
    function* items() {
      for (; read < ITEMS; read++) yield { number: read, text: 'an item' };
    }
    let done = 0;
    let sum = 0;
    let first: Awaited<ReturnType<typeof memory>> | undefined;
    for await (const number of pool.imap((item: { number: number }) => item.number, items(), { chunksize: 100 })) {
      sum += number;
      assert.ok(read - done <= 100 * 8 * 2 + 200);
      if (++done % (ITEMS / 10) !== 0) continue;
      const now = await memory();
      print(`${done} items`, now);
      first ??= now;
      assert.ok(now.heap < first.heap + 5 * 2 ** 20, `${now.heap} bytes of heap, ${first.heap} after the first tenth`);
      assert.ok(now.blocks < first.blocks + 50, `${now.blocks} blocks, ${first.blocks} after the first tenth`);
    }
    assert.equal(sum, (ITEMS * (ITEMS - 1)) / 2);
  });

  test('hundreds of thousands of tasks leave nothing behind', { timeout: 600_000 }, async () => {
    await using pool = new Pool(2);
    const same = (x: number) => x;
    const round = async (): Promise<void> => {
      await Promise.all(Array.from({ length: Math.min(100_000, ITEMS / 20) }, (_, x) => pool.applyAsync(same, [x])));
    };
    await round();
    const before = await memory();
    print('at first', before);
    for (let count = 1; count <= 10; count++) {
      await round();
      print(`after ${count} more`, await memory());
    }
    const enough = async (): Promise<boolean> => {
      const now = await memory();
      return now.blocks <= before.blocks + 10 && now.heap < before.heap + 3 * 2 ** 20;
    };
    assert.ok(await until(enough), JSON.stringify([before, await memory()]));
  });
});
