// Counts messages, and sends one whenever it has received as many as one of its arguments says; as a thread or as a process.

import { parentPort, workerData } from 'node:worker_threads';

const port = parentPort;
const wanted = (port === null ? process.argv.slice(2).map(Number) : workerData) as number[];
const send = (news: string) => (port === null ? process.send?.(news) : port.postMessage(news, []));
let received = 0;

(port ?? process).on('message', () => {
  if (++received !== wanted[0]) return;
  received = 0;
  wanted.shift();
  send('done');
});
