// Seeds: S003-34, S002-16
// Ten children print one after the other.

import { Lock, Process } from 'manyfold';

const lock = new Lock();

function f(l: Lock, i: number): void {
  l.acquireSync();
  try {
    console.log('hello world', i);
  } finally {
    l.release();
  }
}

for (let num = 0; num < 10; num++) await new Process({ target: f, args: [lock, num] }).start();
