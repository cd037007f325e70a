// Seeds: S002-11, S003-30
// Note: the quotation marks of 'hello' were lost in the original; Python prints [42, None, 'hello'].
// A child puts a list into a queue.

import { Process, Queue } from 'manyfold';

const queue = new Queue();
const process = new Process({ target: (q) => q.put([42, null, 'hello']), args: [queue] });
await process.start();
console.log(await queue.get());
await process.join();
