import type { SyncManager } from 'manyfold/managers';
import type { Context } from './methods.js';

export const key = Buffer.from('secret');

type Made<M extends SyncManager> = new (options: ConstructorParameters<typeof SyncManager>[0]) => M;

/** A manager whose server runs in a process of `context`, and listens. */
export async function startManager<M extends SyncManager>(type: Made<M>, context: Context): Promise<M> {
  const manager = new type({ context, address: ['127.0.0.1', 0], authkey: key });
  await manager.start();
  return manager;
}

/** The manager itself, for the processes of its program; or over TCP, as another program has it. */
export async function clientOf<M extends SyncManager>(manager: M, remote: boolean): Promise<M> {
  if (!remote) return manager;
  const client = new (manager.constructor as Made<M>)({ address: manager.address, authkey: key });
  await client.connect();
  return client;
}
