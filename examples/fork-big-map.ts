/**
 * Four processes look things up in a table of a gigabyte that one of them has built. They are forked from it: the table is
 * there in each of them, copied by nobody.
 *
 *     npx manyfold run fork-big-map.ts [MEGABYTES]
 */
import { readFileSync } from 'node:fs';
import { getContext, Inherited } from 'manyfold';

const { activeChildren, Pool } = getContext('fork');
const WORKERS = 4;
/** What an entry takes: its object, its name and its place in the map. */
const BYTES_PER_ENTRY = 128;

const megabytes = Number(process.argv[2] ?? 1024);
const entries = Math.min(Math.ceil((megabytes * 2 ** 20) / BYTES_PER_ENTRY), 2 ** 24);

/** Megabytes that processes take together: what several of them share is divided among them. */
function memory(pids: readonly number[]): number {
  const own = (pid: number) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  return Math.round(pids.reduce((sum, pid) => sum + own(pid), 0) / 1024);
}

interface Entry {
  readonly name: string;
  readonly square: number;
}

const table = new Inherited(new Map<number, Entry>());
for (let i = 0; i < entries; i++) table.value.set(i, { name: `entry ${i}`, square: i * i });
const before = memory([process.pid]);
console.log(`a table of ${table.value.size} entries; this process takes ${before} MB`);

const started = performance.now();
await using pool = new Pool(WORKERS);
await Promise.all(Array.from({ length: WORKERS }, () => pool.apply(() => table.value.size)));
console.log(`a pool of ${WORKERS}, up and looking: ${Math.round(performance.now() - started)} ms`);

const keys = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % entries);
const squares = await pool.map((key: number) => table.value.get(key)!.square, keys);
console.log(`looked up: ${squares.length}, all right: ${squares.every((square, i) => square === keys[i]! ** 2)}`);

const pids = activeChildren().map((child) => child.pid!);
const all = memory([process.pid, ...pids]);
console.log(`all ${pids.length + 1} processes take ${all} MB: ${all - before} MB more`);
