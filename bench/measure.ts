// Measures one contestant once, alone in its program: node measure.js ROW CONTESTANT SCALE prints what it found.

import { rows } from './rows/all.js';

const [, , id, index, scale] = process.argv;
const contestant = rows.find((row) => row.id === id)?.contestants[Number(index)];
if (contestant === undefined || typeof contestant.measure !== 'function') {
  throw new Error(`no such contestant: ${id} ${index}`);
}
const value = await contestant.measure((n) => Math.max(1, Math.round(n * Number(scale))));
console.log(value);
// What it has started is of no use any more, and may keep the event loop alive.
process.exit();
