// Seeds: S003-03
// Note: the original prints the module `threading` beside each line, where its quotation marks were lost.
// Ten threads sleep at the same time; the main thread prints first.

import { setTimeout as sleep } from 'node:timers/promises';
import { Thread } from 'manyfold/threading';

async function show(arg: number): Promise<void> {
  await sleep(100);
  console.log(`thread ${arg} running`);
}

const threads = Array.from({ length: 10 }, (_, n) => new Thread({ target: show, args: [n] }));
await Promise.all(threads.map((thread) => thread.start()));
console.log('main thread stop');
