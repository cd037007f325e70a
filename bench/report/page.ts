import type { RowResult } from '../result.js';
import { nameVersions, type Machine } from './machine.js';
import { fullTable, peerWins, ratioTable } from './table.js';

/** The page with all figures: docs/bench.md. */
export function writePage(results: readonly RowResult[], machine: Machine, rounds: number, date: Date): string {
  const wins = peerWins(results);
  return `# How fast

Measured by \`npm run bench\` on ${date.toISOString().slice(0, 10)}: all in one run, ${rounds} rounds, in each round every contestant once,
in a program of its own. The figures are medians of the rounds. Pools have two workers. Messages are timed once as many have
gone before them as V8 takes to compile what they go through; what they cost until then is a row of its own.

- ${machine.cores} cores of ${machine.cpu}, ${machine.memory} of memory, ${machine.system}
- ${nameVersions(machine)}

![the same as bars, on a log scale](bench.svg)

The best of each, and how many times as much time (or memory) it takes as the best of Manyfold. The limit is what the same
costs in C: two processes that wake each other by futexes, copies by memcpy, semaphores of the C library.

${ratioTable(results)}
## Where a peer wins

${wins.length === 0 ? 'Nowhere in this run.' : wins.map((win) => `- ${win}`).join('\n')}

## Everybody

${fullTable(results)}`;
}
