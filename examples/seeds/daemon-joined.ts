// Seeds: S004-13
// A daemon that is joined is waited for.

import { Process } from 'manyfold';

const p = new Process({ target: () => console.log('Daemon'), daemon: true });
await p.start();
await p.join();
console.log('Main Process');
