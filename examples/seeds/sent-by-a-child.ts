// Seeds: S002-13, S003-31, S000-21
// A child sends a list through its end of a pipe, and closes it.

import { Pipe, Process, type Connection } from 'manyfold';

async function send(connection: Connection): Promise<void> {
  await connection.send([42, null, 'hello']);
  connection.close();
}

const [here, there] = Pipe();
const process = new Process({ target: send, args: [there] });
await process.start();
console.log(await here.recv());
await process.join();
