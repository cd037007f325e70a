import { Pool } from 'manyfold';
import { equal } from './expect.js';

export async function results(pool: Pool): Promise<void> {
  const half = (x: number) => x / 2;
  const later = async (x: number) => String(x);

  equal<number[], Awaited<ReturnType<typeof mapHalf>>>();
  const mapHalf = () => pool.map(half, [1, 2, 3]);
  const mapLater = () => pool.map(later, new Set([1, 2, 3]), { chunksize: 2 });
  equal<string[], Awaited<ReturnType<typeof mapLater>>>();

  const one = await pool.apply(later, [1]);
  equal<string, typeof one>();
  const pair = await pool.applyAsync((a: number, b: string) => ({ a, b }), [1, 'b']);
  equal<{ a: number; b: string }, typeof pair>();

  for await (const value of pool.imapUnordered(half, [1, 2])) equal<number, typeof value>();

  // @ts-expect-error the items are not what the function takes
  await pool.map(half, ['a']);
  // @ts-expect-error the arguments are not what the function takes
  await pool.apply(half, ['a']);
  // @ts-expect-error there is no such option
  await pool.map(half, [1], { chunkSize: 1 });
}

export async function makePools(): Promise<void> {
  await using pool = new Pool(4, { initializer: (level: string) => level, initargs: ['debug'], maxTasksPerChild: 10 });
  await pool.join();
  await using small = new Pool();
  small.terminate();
  // @ts-expect-error the arguments do not fit the initializer
  new Pool(4, { initializer: (level: string) => level, initargs: [1] });
}
