// Seeds: S003-08, S003-09
// Note: since Python 3.10 such threads are called "... (run)"; the inner ones are daemons because their starter is.
// A daemon thread starts threads, one after the other; they end with the main thread, as it does.

import { setTimeout as sleep } from 'node:timers/promises';
import { currentThread, Event, Thread } from 'manyfold/threading';

const secondRuns = new Event();

async function run(n: number): Promise<void> {
  console.log(`[${n}]------running----`);
  if (n === 1) process.stdout.write('', () => secondRuns.set()); // when the line is out
  await sleep(n === 0 ? 10 : 60_000);
  console.log('--done--');
}

async function main(): Promise<void> {
  for (let n = 0; n < 5; n++) {
    const thread = new Thread({ target: run, args: [n] });
    await thread.start();
    await thread.join();
    if (n === 0) console.log(`starting more, daemon: ${thread.daemon}, as ${currentThread().daemon}`);
  }
}

const m = new Thread({ target: main, daemon: true });
await m.start();
await secondRuns.wait();
console.log('---main thread done----');
