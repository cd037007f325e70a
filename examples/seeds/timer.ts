// Seeds: S003-20
// A function after some time; unless it is cancelled before.

import { Timer } from 'manyfold/threading';

const hello = () => console.log('hello,world');
const timer = new Timer(100, hello);
await timer.start();
const cancelled = new Timer(60_000, hello);
await cancelled.start();
cancelled.cancel();
await timer.join();
