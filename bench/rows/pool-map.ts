import { api } from '../api.js';
import { workers } from '../peers/pools.js';
import { cpython, ours, secondsEach, type Row } from '../row.js';

export const mapInChunks: Row = {
  id: 'map',
  title: 'pool.map of 1 M no-op items, default chunks',
  shown: 'rate',
  contestants: [ours('', ['Pool'], (times) => map(times(1_000_000))), cpython('pool_map')],
};

export const mapOneByOne: Row = {
  id: 'map-1',
  title: 'pool.map with chunksize 1',
  shown: 'rate',
  contestants: [ours('', ['Pool'], (times) => map(times(100_000), 1)), cpython('pool_map', 'chunksize 1', '')],
};

async function map(count: number, chunksize?: number): Promise<number> {
  const noop = (x: number) => x;
  await using pool = new api.Pool(workers);
  const items = Array.from({ length: count }, (_, i) => i);
  const options = chunksize === undefined ? {} : { chunksize };
  await pool.map(noop, items.slice(0, 1000), options);
  return await secondsEach(count, () => pool.map(noop, items, options));
}
