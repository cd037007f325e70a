/** Many processes, one after the other and at once: nothing grows in the parent or in the fork server. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { Event, getContext, Process } from 'manyfold';
import { collect } from '../support/collect.js';
import { forkServerPid } from '../support/fork-server.js';
import { guard } from '../support/guard.js';
import { relatives } from '../support/processes.js';

guard({ limit: 10 * 60_000 });

const count = Number(process.env['MANYFOLD_SOAK'] ?? 10_000);
const megabyte = 2 ** 20;

interface Figures {
  readonly descriptors: number;
  /** Memory of its own, in MB. */
  readonly memory: number;
}

/** What a process holds; memory that is not a file's. What a fork has shared with another still counts. */
function figures(pid: number): Figures {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const memory = (Number(/^Anonymous: *(\d+) kB$/m.exec(rollup)?.[1]) * 1024) / megabyte;
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, memory: Math.round(memory * 10) / 10 };
}

async function both(): Promise<{ parent: Figures; server: Figures }> {
  await collect();
  const server = forkServerPid();
  assert.ok(server);
  // What the collector has set aside for new objects is no growth; of this process the objects themselves are counted.
  const { heapUsed, external } = process.memoryUsage();
  const memory = Math.round(((heapUsed + external) / megabyte) * 10) / 10;
  return { parent: { ...figures(process.pid), memory }, server: figures(server) };
}

async function startAndJoin(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const child = new Process({ target: () => {} });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  }
}

function tell(context: TestContext, what: string, before: object, after: object): void {
  context.diagnostic(`${what}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
}

test(`${count} processes one after the other`, async (context) => {
  await startAndJoin(count / 2); // until everything has its size: the server's heap grows to that by and by
  const before = await both();
  const startedAt = performance.now();
  await startAndJoin(count);
  const each = (performance.now() - startedAt) / count;
  const after = await both();
  tell(context, 'parent', before.parent, after.parent);
  tell(context, 'fork server', before.server, after.server);
  context.diagnostic(`${each.toFixed(2)} ms each`);
  const zombies = relatives(process.pid).filter(({ state }) => state === 'Z');
  assert.deepEqual(zombies, []);
  for (const who of ['parent', 'server'] as const) {
    assert.equal(after[who].descriptors, before[who].descriptors);
    // A kilobyte for each process would be 10 MB.
    assert.ok(after[who].memory - before[who].memory < 5, `${who} has grown`);
  }
});

for (const [method, alive] of [
  ['forkserver', 200],
  ['spawn', 5],
] as const) {
  test(`${alive} processes alive at once, by ${method}`, async (context) => {
    const { Process: Child, Queue, Lock } = getContext(method);
    const round = async () => {
      const here = new Queue<number>();
      const leave = new Lock();
      await leave.acquire();
      const target = async () => {
        await here.put(process.pid);
        await leave.acquire();
        leave.release();
      };
      const children = Array.from({ length: alive }, () => new Child({ target }));
      await Promise.all(children.map((child) => child.start()));
      const pids = new Set<number | null>();
      for (let i = 0; i < alive; i++) pids.add(await here.get());
      assert.deepEqual(pids, new Set(children.map(({ pid }) => pid)));
      leave.release();
      await Promise.all(children.map((child) => child.join()));
      assert.deepEqual([...new Set(children.map(({ exitCode }) => exitCode))], [0]);
    };
    await startAndJoin(1);
    await round();
    const before = await both();
    await round();
    const after = await both();
    tell(context, 'parent', before.parent, after.parent);
    tell(context, 'fork server', before.server, after.server);
    assert.equal(after.parent.descriptors, before.parent.descriptors);
    assert.equal(after.server.descriptors, before.server.descriptors);
  });
}

test('a thousand processes alive at once, each of which is waited for', async () => {
  const leave = new Event();
  const children = Array.from({ length: 1000 }, () => new Process({ target: () => leave.wait() }));
  for (const child of children) await child.start();
  assert.ok(children.every((child) => child.isAlive()));
  leave.set();
  await Promise.all(children.map((child) => child.join()));
  assert.deepEqual([...new Set(children.map(({ exitCode }) => exitCode))], [0]);
});
