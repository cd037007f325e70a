// Seeds: S002-03, S002-24
// Note: `args` is a list in any case, so one argument needs no comma behind it; what is a keyword in Python is an option.

import { Process } from 'manyfold';

const f = (name: string): void => console.log('hello', name);

const p = new Process({ target: f, args: ['bob'] });
await p.start();
await p.join();
