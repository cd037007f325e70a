// Seeds: S002-18, S002-19
// A number and an array in shared memory, changed by a child.

import { Process, SharedArray, Value } from 'manyfold';

function change(number: Value<'d'>, numbers: SharedArray<'i'>): void {
  number.value = 3.1415927; // oxlint-disable-line approx-constant -- as in the original
  for (let i = 0; i < numbers.length; i++) numbers[i] = -numbers[i]!;
}

const number = new Value('d', 0);
const numbers = new SharedArray('i', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

const process = new Process({ target: change, args: [number, numbers] });
await process.start();
await process.join();

console.log(number.value);
console.log(`[${numbers.join(', ')}]`);
