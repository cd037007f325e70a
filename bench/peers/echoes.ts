/** The ways of Node to send a message and wait for its echo. */

import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { peerFile } from './files.js';

export interface Echo extends AsyncDisposable {
  echo(message: object): Promise<unknown>;
}

export function threadEcho(): Echo {
  const worker = new Worker(peerFile('echo.js'));
  let settle: (message: unknown) => void = () => {};
  worker.on('message', (message) => settle(message));
  return {
    echo: (message) =>
      new Promise((resolve) => {
        settle = resolve;
        worker.postMessage(message, message instanceof ArrayBuffer ? [message] : []);
      }),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

export function childEcho(serialization: 'json' | 'advanced'): Echo {
  const child = fork(peerFile('echo.js'), { serialization });
  let settle: (message: unknown) => void = () => {};
  child.on('message', (message) => settle(message));
  return {
    echo: (message) =>
      new Promise((resolve) => {
        settle = resolve;
        child.send(message);
      }),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}
