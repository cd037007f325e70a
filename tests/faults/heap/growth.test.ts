/** What goes through shared memory leaves nothing there. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { ringAgain } from '#dist/memory/doorbell.js';
import { blocksInUse } from '#dist/memory/heap.js';
import { memoryFd } from '#dist/memory/program.js';
import { DOORBELL, PID, readSlot, slotsInUse } from '#dist/memory/slots.js';
import { eachMethod } from '../../support/methods.js';
import { openDescriptors } from '../../support/processes.js';
import { until } from '../../support/wait.js';

const MB = 2 ** 20;
const BUFFER = 2 * MB;
/** A process keeps some of what it has mapped, to use it again. */
const KEPT_MAPPINGS = (128 * MB) / BUFFER;

process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
const gc = process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void;

/** Memory of this program that is real. */
function realMemory(): number {
  return fs.fstatSync(memoryFd()).blocks * 512;
}

function mappings(): number {
  return fs
    .readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter((line) => line.includes('memfd:manyfold')).length;
}

eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
  const { Pipe, Pool, Process, Queue } = context;
  // GROWTH_ROUNDS=2500 takes a minute.
  const count = Number(process.env['GROWTH_ROUNDS'] ?? (method === 'forkserver' ? 300 : 60));

  test(`${count} items of 2 MB each way through queues, and as many tasks, leave no memory behind`, async () => {
    const [items, answers] = [new Queue<Uint8Array>(4), new Queue<Uint8Array>(4)];
    const echo = async () => {
      for (;;) {
        const bytes = await items.get();
        if (bytes.length === 0) return;
        bytes[1] = bytes[0]! + 1;
        await answers.put(bytes);
      }
    };
    const bytes = new Uint8Array(BUFFER);
    const child = new Process({ target: echo });
    await child.start();
    const pool = new Pool(2);
    const increase = (given: Uint8Array) => {
      given[1] = given[0]! + 1;
      return given;
    };
    let peak = 0;
    const round = async (number: number) => {
      bytes[0] = number & 127;
      await items.put(bytes);
      const [one, other] = [await answers.get(), await pool.apply(increase, [bytes])];
      assert.ok(one.length === BUFFER && one[1] === (number & 127) + 1);
      assert.ok(other.length === BUFFER && other[1] === (number & 127) + 1);
      peak = Math.max(peak, realMemory());
    };
    for (let number = 0; number < 20; number++) await round(number);
    // What is opened to ring a process is opened once. A worker that boots for seconds may find its first tasks waiting,
    // and be rung for none.
    const nap = () => new Promise<number>((resolve) => setTimeout(() => resolve(process.pid), 20));
    const pids = new Set([child.pid!]);
    while (pids.size < 3) {
      for (const pid of await Promise.all([pool.apply(nap), pool.apply(nap)])) pids.add(pid);
    }
    const theirs = [...slotsInUse()].filter((id) => pids.has(readSlot(id, PID) ?? 0));
    assert.ok(await until(() => theirs.every((id) => readSlot(id, DOORBELL) !== 0)));
    theirs.forEach(ringAgain);
    const settled = async () => {
      // What other processes have taken over is theirs until their own collector runs.
      await pool.apply(() => 1);
      gc();
      return { blocks: blocksInUse(), maps: mappings(), descriptors: openDescriptors().length };
    };
    const before = await settled();
    for (let number = 0; number < count; number++) await round(number);
    assert.ok(peak < 2048 * MB, `${Math.round(peak / MB)} MB at a time`);
    const isBack = async () => {
      const now = await settled();
      return now.maps <= KEPT_MAPPINGS + 2 && now.descriptors <= before.descriptors;
    };
    assert.ok(await until(isBack), JSON.stringify([before, await settled()]));
    await items.put(new Uint8Array(0));
    await child.join();
    pool.close();
    await pool.join();
    const isFree = () => {
      gc();
      return blocksInUse() <= before.blocks;
    };
    assert.ok(await until(isFree), `${blocksInUse()} blocks, ${before.blocks} before`);
    assert.ok(realMemory() < 200 * MB, `${Math.round(realMemory() / MB)} MB are kept`);
  });

  test('one who only blocks, and gives the collector no turn, holds no memory of what it has received', async () => {
    const [here, there] = Pipe<Uint8Array>();
    const echo = () => {
      for (;;) {
        const bytes = there.recvSync();
        there.sendSync(bytes);
        if (bytes.length === 0) return;
      }
    };
    const child = new Process({ target: echo });
    await child.start();
    const before = mappings();
    const bytes = new Uint8Array(BUFFER);
    for (let number = 0; number < 100; number++) {
      bytes[0] = number;
      here.sendSync(bytes);
      assert.equal(here.recvSync()[0], number);
    }
    assert.ok(mappings() <= before + 1, `${mappings()} mappings, ${before} before`);
    assert.ok(realMemory() < 100 * MB, `${Math.round(realMemory() / MB)} MB are kept`);
    here.sendSync(new Uint8Array(0));
    here.recvSync();
    here.close();
    there.close();
    await child.join();
  });
});
