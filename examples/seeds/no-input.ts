// Seeds: S004-39
// A child has no input: what it reads is at its end.

import { readFileSync } from 'node:fs';
import { Process } from 'manyfold';

const p = new Process({ target: () => console.log(JSON.stringify(readFileSync(0, 'utf8'))) });
await p.start();
await p.join();
