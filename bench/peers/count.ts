// Counts messages, and sends one when it has received as many as its argument says; as a thread or as a process.

import { parentPort, workerData } from 'node:worker_threads';

const port = parentPort;
const wanted = Number(port === null ? process.argv[2] : workerData);
const send = (news: string) => (port === null ? process.send?.(news) : port.postMessage(news, []));
let received = 0;

(port ?? process).on('message', () => {
  if (++received === wanted) send('done');
});
send('ready');
