// Seeds: S004-07
// Three processes, made in a loop.

import { Process } from 'manyfold';

const f = (i: number): void => console.log('In subprocess', i);

for (let i = 0; i < 3; i++) await new Process({ target: f, args: [i] }).start();
console.log('I am the main process');
