/** Many clients at once. LOAD=100000 for a long run. */

import assert from 'node:assert/strict';
import { SyncManager } from 'manyfold/managers';
import { eachMethod } from '../../support/methods.js';

const calls = Number(process.env['LOAD'] ?? 4000);
const PROCESSES = 8;
const CLIENTS = 8;
const AT_A_TIME = 10;
const key = Buffer.from('secret');

/** Always gives the same list. */
class Log {
  static items: unknown[] = [];
  append(item: unknown): void {
    Log.items.push(item);
  }
  copy(): unknown[] {
    return Log.items;
  }
}

class Shared extends SyncManager {}
Shared.register('Log', Log);

eachMethod(['forkserver'], (_method, context, test) => {
  const { Process } = context;

  for (const remote of [false, true]) {
    test(`64 clients in 8 processes: nothing is lost, and each one's calls keep their order (${remote ? 'over TCP' : 'in the program'})`, async () => {
      await using manager = new Shared({ context, address: ['127.0.0.1', 0], authkey: key });
      await manager.start();
      const { address } = manager;
      const each = Math.ceil(calls / PROCESSES / CLIENTS);
      const log = await manager.create<Log>('Log');
      const work = async (number: number) => {
        const own = remote ? new Shared({ address, authkey: key }) : undefined;
        await own?.connect();
        const list = own ? await own.create<Log>('Log') : log;
        const client = async (name: number) => {
          for (let i = 0; i < each; i += AT_A_TIME) {
            const batch = Array.from({ length: Math.min(AT_A_TIME, each - i) }, (_, n) => [name, i + n]);
            // Over TCP calls that are under way together have a line each: in order are those that are awaited.
            if (own) for (const entry of batch) await list.append(entry);
            else await Promise.all(batch.map((entry) => list.append(entry)));
          }
        };
        await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(number * CLIENTS + n)));
        await own?.[Symbol.asyncDispose]();
      };
      const processes = Array.from({ length: PROCESSES }, (_, n) => new Process({ target: work, args: [n] }));
      await Promise.all(processes.map((process) => process.start()));
      for (const process of processes) await process.join();
      assert.deepEqual(
        processes.map((process) => process.exitCode),
        processes.map(() => 0),
      );
      const next = new Map<number, number>();
      for (const [name, i] of (await log.copy()) as [number, number][]) {
        assert.equal(i, next.get(name) ?? 0);
        next.set(name, i + 1);
      }
      assert.deepEqual(
        [...next.values()],
        Array.from({ length: PROCESSES * CLIENTS }, () => each),
      );
    });
  }
});
