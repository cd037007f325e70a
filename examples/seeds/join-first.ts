// Seeds: S004-05
// join() makes the order sure.

import { Process } from 'manyfold';

const f = (name: string): void => console.log(`${name} In subprocess`);

const p = new Process({ target: f, args: ['aaa'] });
await p.start();
await p.join();
console.log('Execute main process content');
