// Seeds: S004-15, S004-16
// One ticket, five buyers, and a lock around the purchase: everybody may look, but only one can buy.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Barrier, Lock, Process } from 'manyfold';

const folder = mkdtempSync(join(tmpdir(), 'tickets-'));
const file = join(folder, 'db.json');
const lock = new Lock();
const everybody = new Barrier(5);

async function buy(name: string): Promise<void> {
  console.log(`${name} check, remaining votes ${readCount()}`);
  await everybody.wait(); // everybody has looked
  using _held = await lock.hold();
  const count = readCount();
  await setTimeout(100);
  if (count === 0) return;
  await setTimeout(200);
  writeFileSync(file, JSON.stringify({ count: count - 1 }));
  console.log(`${name} ticket successfully purchased`);
}

function readCount(): number {
  return (JSON.parse(readFileSync(file, 'utf8')) as { count: number }).count;
}

writeFileSync(file, JSON.stringify({ count: 1 }));
const buyers = [0, 1, 2, 3, 4].map((i) => new Process({ target: buy, args: [`tourists-${i}`] }));
for (const buyer of buyers) await buyer.start();
for (const buyer of buyers) await buyer.join();
rmSync(folder, { recursive: true });
