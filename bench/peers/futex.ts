// What waking each other costs two processes at least: node futex.js ROUNDS prints the seconds of one there and back.
// A program of its own, because it uses the library's door to the system, of which a process can load one copy only.

import { spawn } from 'node:child_process';
import { createMemory, mapMemory } from '#dist/system/memory.js';
import { futexWait, futexWake } from '#dist/system/futex.js';

const MEMORY_BYTES = 4096;
const INHERITED = 3;

/** One side: the one that serves (0) or the one that answers (1). It sleeps whenever it is not its turn. */
function play(fd: number, side: 0 | 1, first: number, last: number): void {
  const { buffer, address } = mapMemory(fd, 0, MEMORY_BYTES);
  const words = new Int32Array(buffer);
  const addressOf = (word: number) => address + word * Int32Array.BYTES_PER_ELEMENT;
  const hit = (round: number) => {
    Atomics.store(words, 1 - side, round);
    futexWake(addressOf(1 - side), 1);
  };
  for (let round = first; round <= last; round++) {
    if (side === 0) hit(round);
    for (let seen = Atomics.load(words, side); seen < round; seen = Atomics.load(words, side)) {
      futexWait(addressOf(side), seen, 1000);
    }
    if (side === 1) hit(round);
  }
}

const [, program, rounds, role] = process.argv;
const [warmUp, count] = [100, Number(rounds)];
if (role === 'answer') play(INHERITED, 1, 1, warmUp + count);
else {
  const fd = createMemory('futex', MEMORY_BYTES);
  spawn(process.execPath, [program!, rounds!, 'answer'], { stdio: ['ignore', 'ignore', 'inherit', fd] });
  play(fd, 0, 1, warmUp);
  const before = performance.now();
  play(fd, 0, warmUp + 1, warmUp + count);
  console.log((performance.now() - before) / 1000 / count);
}
