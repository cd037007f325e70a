// Sends back what it receives; as a thread or as a process.

import { parentPort } from 'node:worker_threads';

if (parentPort === null) process.on('message', (message: object) => process.send?.(message));
else parentPort.on('message', (message) => parentPort?.postMessage(message, transferable(message)));

function transferable(message: unknown): ArrayBuffer[] {
  return message instanceof ArrayBuffer ? [message] : [];
}
