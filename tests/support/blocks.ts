import { collect as collectObjects } from '#dist/memory/collect.js';
import { blocksInUse, underHeapLock } from '#dist/memory/heap.js';
import { Queue } from 'manyfold';
import { collect } from './collect.js';
import { until } from './wait.js';

/** A process that has received something keeps a place for what it receives next. */
function receiveOnce(): void {
  const queue = new Queue<number>();
  queue.putNowait(1);
  queue.getNowait();
}

/** Blocks of shared memory in use once this process has let go of all that it can. */
export async function settledBlocks(): Promise<number> {
  receiveOnce();
  await collect();
  underHeapLock(() => {
    while (collectObjects() > 0);
  });
  return blocksInUse();
}

/** Whether there are no more blocks in use than before; what ends just now gets its time. */
export async function areBlocksBack(before: number): Promise<boolean> {
  return await until(async () => (await settledBlocks()) <= before);
}
