// Seeds: S003-27, S003-28, S003-29, S004-06
// Note: a child never runs the entry script again, so no module has another name there.

import { Process } from 'manyfold';

function info(title: string): void {
  console.log(title, process.pid !== main);
}

const main = process.pid;
console.log('main line', process.pid === main);
const p = new Process({ target: info, args: ['hello bob'] });
await p.start();
await p.join();
console.log(p.pid !== main);
