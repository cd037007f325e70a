import { eachBlock, FREE_EXTENT, KIND, OWNER, SIZE } from '#dist/memory/blocks.js';
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

/** What is in use, for the message of a test that finds too much: the kind, size and owner of each block. */
export function describeBlocks(): string {
  const lines: string[] = [];
  eachBlock((address, words, index) => {
    const [kind, owner] = [words[index + KIND]!, words[index + OWNER]!];
    if (owner === 0 || kind === FREE_EXTENT) return;
    const data = words.slice(index, index + 12).join(' ');
    lines.push(`${address}: kind ${kind}, ${4 * 2 ** words[index + SIZE]!} bytes, owner ${owner}: ${data}`);
  });
  return lines.slice(0, 20).join('\n');
}
