import * as mp from 'manyfold';
import { Lock, Pipe, Queue, RawArray, type RLock, SharedArray, SimpleQueue, Structure, Value } from 'manyfold';
import { equal } from './expect.js';

interface Job {
  readonly path: string;
}

export async function queues(): Promise<void> {
  const queue = new Queue<Job>(10);
  equal<Job, Awaited<ReturnType<typeof queue.get>>>();
  await queue.put({ path: 'a' }, { timeout: 10 });
  queue.putNowait({ path: 'a' });
  for await (const job of queue) equal<Job, typeof job>();
  // @ts-expect-error this is no job
  await queue.put('a');

  const simple = new SimpleQueue<number>();
  equal<number, Awaited<ReturnType<typeof simple.get>>>();
}

export async function pipes(): Promise<void> {
  const [left, right] = Pipe<string, number>();
  await left.send('a');
  equal<number, Awaited<ReturnType<typeof left.recv>>>();
  equal<string, Awaited<ReturnType<typeof right.recv>>>();
  // @ts-expect-error the left end sends strings
  await left.send(1);
}

export async function locks(): Promise<void> {
  const lock = new Lock();
  equal<Promise<boolean>, ReturnType<typeof lock.acquire>>();
  equal<boolean, ReturnType<typeof lock.acquireSync>>();
  lock.release();
  using held = await lock.hold();
  void held;
}

export function memory(): void {
  const counter = new Value('i', 0);
  equal<number, typeof counter.value>();
  equal<Lock | RLock, ReturnType<typeof counter.getLock>>();
  const raw = new Value('q', 0n, { lock: false });
  equal<bigint, typeof raw.value>();
  // @ts-expect-error it has no lock
  raw.getLock();
  // @ts-expect-error 64 bits are bigints
  new Value('q', 1);
  const Point = Structure({ x: 'd', id: 'Q', inner: Structure({ n: 'i' }) });
  const point = new Value(Point, { x: 1, inner: { n: 2 } });
  equal<number, typeof point.x>();
  equal<bigint, typeof point.id>();
  equal<number, typeof point.inner.n>();
  point.acquireSync();
  // @ts-expect-error there is no such field
  new Value(Point, { y: 1 });
  const points = new RawArray(Point, 10);
  equal<number, (typeof points)[number]['inner']['n']>();
  // @ts-expect-error records stay where they are
  points[0] = points[1]!;
  const text = new SharedArray('c', 'abc');
  text.value = 'abd';
  equal<Buffer, typeof text.value>();
  const numbers = new SharedArray('d', [1, 2, 3]);
  numbers[0] = -numbers[0]!;
  equal<typeof mp.Array, typeof SharedArray>();
  // @ts-expect-error there is no such type code
  new Value('x', 0);
}
