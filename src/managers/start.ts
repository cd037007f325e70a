import { Pipe } from '../channel/pipe.js';
import { Queue } from '../channel/queue.js';
import type { Process } from '../process/process.js';
import { stateOf } from '../process/state.js';
import { randomBytes } from '../system/random.js';
import { serveManager } from './launch.js';
import type { Knock, Way } from './lines.js';
import type { Ready, ServeOptions } from './serve.js';

/** What a server is told, but for what joins it with its starter. */
type Told = Omit<ServeOptions, 'lobby' | 'ready' | 'starter'>;

/** A server that runs. */
interface Started {
  readonly process: Process;
  readonly way: Way;
}

/** Starts a server, and resolves when it serves. */
export async function startServer(Class: typeof Process, told: Told): Promise<Started> {
  const id = Buffer.from(randomBytes(8)).toString('hex');
  const pipes = new Queue<Knock>();
  const [presence, server] = Pipe<unknown, unknown>();
  const [here, there] = Pipe<never, Ready>();
  const options: ServeOptions = {
    ...told,
    lobby: { id, pipes, presence: server },
    ready: there,
    starter: process.pid,
  };
  // A daemon, so that a program that forgets it can end; shutdown is asked for politely.
  const child = new Class({ target: serveManager, args: [options], name: 'Manager', daemon: true });
  await child.start();
  if (stateOf(child).method !== 'coroutine') {
    there.close(); // a coroutine has been given these very ends
    server.close();
  }
  const started = await here.recv();
  here.close();
  if ('error' in started) {
    presence.close();
    await child.join();
    throw started.error as Error;
  }
  const { address, host } = started;
  return { process: child, way: { address, authkey: told.authkey, lobby: { id, pipes, presence, host } } };
}
