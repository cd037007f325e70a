// Seeds: S000-24
// Note: the camera is one of numbers; everything else is as in the original.
// A child sends the frames of its camera through a pipe; the main process shows them until the pipe is at its end.

import { setTimeout as sleep } from 'node:timers/promises';
import { EOFError, Pipe, Process, type Connection } from 'manyfold';

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 20;

interface Frame {
  readonly number: number;
  readonly pixels: Uint8Array;
}

async function film(pipe: Connection<Frame>, name: string): Promise<void> {
  console.log(`开始运行 ${name} 子进程...`);
  for (let number = 0; number < FRAMES; number++) {
    await pipe.send({ number, pixels: new Uint8Array(WIDTH * HEIGHT * 3).fill(number) });
    await sleep(5);
  }
  console.log(`${name} 子进程运行结束。`);
}

const [son, father] = Pipe<Frame>();
const camera = new Process({ target: film, args: [son, 'jcy'] });
await camera.start();
son.close(); // or the end of the frames would never be seen: this process could still send some

const shown: number[] = [];
try {
  for (;;) {
    const { number, pixels } = await father.recv();
    if (pixels.every((pixel) => pixel === number)) shown.push(number);
  }
} catch (error) {
  if (!(error instanceof EOFError)) throw error;
}
await camera.join();
console.log(`${shown.length} frames, the last one ${shown.at(-1)}; exit code ${camera.exitCode}`);
console.log('主进程结束!');
