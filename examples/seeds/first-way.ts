// Seeds: S004-01, S004-02
// Note: start() is awaited until the child runs, so either may print first; Python's main process is usually sooner.

import { Process } from 'manyfold';

const f = (name: string): void => console.log(`${name} In subprocess`);

const p = new Process({ target: f, args: ['aaa'] });
await p.start();
console.log('Execute main process content');
