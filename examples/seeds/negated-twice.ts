// Seeds: S003-32
// Two children negate the same array, one after the other.
// Note: they run over it under its lock; without that, as in the original, what comes out depends on the timing.

import { Process, SharedArray, Value } from 'manyfold';

function negate(number: Value<'d'>, numbers: SharedArray<'i'>): void {
  using _held = numbers.holdSync();
  number.value = 3.333333333333333;
  for (let i = 0; i < numbers.length; i++) numbers[i] = -numbers[i]!;
}

const number = new Value('d', 0);
const numbers = new SharedArray('i', Array.from({ length: 11 }).keys());

const processes = [1, 2].map(() => new Process({ target: negate, args: [number, numbers] }));
for (const process of processes) await process.start();
for (const process of processes) await process.join();

console.log(number.value);
for (const element of numbers) console.log(element);
