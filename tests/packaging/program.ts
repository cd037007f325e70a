/** A program that uses what needs files of the library, or is easily lost on the way through a bundler. */
export const program = `
import { Pool, Process, Queue, Value, getContext } from 'manyfold';
import { SharedMemory } from 'manyfold/shared-memory';
import { Thread } from 'manyfold/threading';

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  double(): number {
    return this.x * 2;
  }
}

async function main(): Promise<void> {
  for (const method of ['forkserver', 'spawn'] as const) {
    const { Process: Child, Queue: Between } = getContext(method);
    const points = new Between<Point>();
    const child = new Child({
      target: async (x: number) => {
        const own = new Queue<number>(); // a class of the library, in the child
        await own.put(x);
        const grandchild = new Child({ target: async () => points.put(new Point(await own.get())) });
        await grandchild.start();
        await grandchild.join();
      },
      args: [21],
    });
    await child.start();
    const point = await points.get();
    await child.join();
    console.log(method, point instanceof Point, point.double(), child.exitCode);
  }

  const factor = 3;
  const pool = new Pool(2);
  console.log(await pool.map((x: number) => x * factor, [1, 2, 3]));
  await pool.terminate();

  const value = new Value('i', 0);
  const thread = new Thread({ target: () => void (value.value = 7) });
  await thread.start();
  await thread.join();
  console.log('thread', value.value);

  const memory = new SharedMemory({ create: true, size: 16 });
  const writer = new Process({ target: () => void (memory.buf![0] = 9) });
  await writer.start();
  await writer.join();
  console.log('named', memory.buf![0]);
  memory.close();
  memory.unlink();
}

void main();
`;

export const printed = 'forkserver true 42 0\nspawn true 42 0\n[ 3, 6, 9 ]\nthread 7\nnamed 9\n';
