/** The fork server is killed at bad moments. */

import assert from 'node:assert/strict';
import { activeChildren, Lock, Process, SimpleQueue } from 'manyfold';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forkServerPid, sparePid } from '../support/fork-server.js';
import { guard } from '../support/guard.js';
import { isRunning, relatives } from '../support/processes.js';
import { programFolder, runProgram } from '../support/program.js';
import { stopProcess } from '../support/stop.js';
import { until } from '../support/wait.js';

guard();

const serverPid = (): number => {
  const pid = forkServerPid();
  assert.ok(pid, 'there is no fork server');
  return pid;
};

const startSleeper = async () => {
  const sleeper = new Process({ target: () => new Promise((resolve) => setTimeout(resolve, 60_000)) });
  await sleeper.start();
  return sleeper;
};

/** Also at the end of a test that may have killed it: the descriptor by which it is rung counts from its start on. */
const ensureServer = async () => {
  const child = await startSleeper();
  child.kill();
  await child.join();
};

for (const [id, signal] of [
  ['startmethod-023', 'SIGINT'],
  ['startmethod-024', 'SIGKILL'],
] as const) {
  test(`${id} the fork server is killed by ${signal} while a child runs`, async () => {
    const lock = new Lock();
    await lock.acquire();
    const first = new Process({ target: () => lock.acquire() });
    await first.start();
    const server = serverPid();
    process.kill(server, signal);
    // Until it is dead, who stands by at it can still be sent off, and dies with it.
    if (signal === 'SIGKILL') assert.ok(await until(() => !isRunning(server)));
    const second = new Process({ target: () => {} });
    await second.start();
    await second.join();
    assert.equal(second.exitCode, 0);
    lock.release();
    await first.join();
    // The server does not die of an interrupt, which a terminal sends to every process of a program.
    assert.equal(first.exitCode, signal === 'SIGINT' ? 0 : 255);
    assert.deepEqual(activeChildren(), []);
  });
}

test('a start whose slot was that of another process when the fork server saw it last', async () => {
  const pausing = fileURLToPath(new URL('fixtures/pausing-server.js', import.meta.url));
  using folder = programFolder({
    'main.mjs': `
      import { Process, setForkserverPreload } from 'manyfold';
      setForkserverPreload([${JSON.stringify(pausing)}]);
      for (let round = 0; round < 20; round++) {
        const child = new Process({ target: () => {} });
        await child.start();
        await child.join();
        console.log(child.exitCode);
      }`,
  });
  const { stdout } = await runProgram(folder.file('main.mjs'));
  assert.equal(stdout, '0\n'.repeat(20));
});

test('a start after the death of the fork server: who stands by at it does not begin, though the kernel has not killed it yet', async () => {
  const halfDead = fileURLToPath(new URL('fixtures/half-dead-server.js', import.meta.url));
  using folder = programFolder({
    'main.mjs': `
      import fs from 'node:fs';
      import { Process, setForkserverPreload } from 'manyfold';
      const nap = () => new Promise((resolve) => setTimeout(resolve, 10));
      const isDead = (pid) => / Z /.test(fs.readFileSync(\`/proc/\${pid}/stat\`, 'latin1'));
      setForkserverPreload([${JSON.stringify(halfDead)}]);
      const first = new Process({ target: () => {} });
      await first.start();
      const server = Number(fs.readFileSync(process.env.HALF_DEAD_SERVER));
      while (!isDead(server)) await nap();
      setForkserverPreload([]);
      const runs = process.argv[2];
      const second = new Process({ target: () => fs.appendFileSync(runs, '.') });
      const started = second.start();
      for (let naps = 0; naps < 20 && !fs.existsSync(runs); naps++) await nap(); // time for what must not happen
      process.kill(server, 'SIGKILL'); // what is left of it
      await started;
      await second.join();
      console.log(second.exitCode, fs.readFileSync(runs, 'latin1'));`,
  });
  const env = { HALF_DEAD_SERVER: folder.file('pid') };
  const { stdout } = await runProgram(folder.file('main.mjs'), { args: [folder.file('runs')], env });
  assert.equal(stdout, '0 .\n');
});

test('the fork server is killed while starts are in flight: each start succeeds, and each child is joined', async () => {
  for (let round = 0; round < 5; round++) {
    await ensureServer();
    const victim = serverPid();
    const children = Array.from({ length: 8 }, () => new Process({ target: () => {} }));
    const starts = children.map((child) => child.start());
    setTimeout(() => process.kill(victim, 'SIGKILL'), round);
    await Promise.all(starts);
    await Promise.all(children.map((child) => child.join()));
    // On a quick machine all of that may be over before.
    assert.ok(await until(() => !isRunning(victim)));
    for (const { exitCode } of children) assert.ok(exitCode === 0 || exitCode === 255, String(exitCode));
  }
  await ensureServer();
});

test('the fork server is killed while this process blocks in joinSync', async () => {
  const sleeper = await startSleeper();
  const killer = new Process({
    target: (pid: number) => void setTimeout(() => process.kill(pid, 'SIGKILL'), 50),
    args: [serverPid()],
  });
  await killer.start();
  sleeper.joinSync();
  assert.equal(sleeper.exitCode, 255);
  killer.joinSync();
  await ensureServer();
});

test('the fork server is stopped: a start waits until it goes on, or until it is killed', async () => {
  await ensureServer();
  const server = serverPid();
  assert.ok(await until(() => sparePid() !== undefined));
  stopProcess(server);
  const ahead = await startSleeper(); // who stands by needs no server to start, but dies with it
  const child = new Process({ target: () => {} });
  const started = child.start();
  process.kill(server, 'SIGKILL');
  await started;
  await child.join();
  assert.equal(child.exitCode, 0);
  await ahead.join();
  assert.equal(ahead.exitCode, 255);
});

test('the spare child is killed: the next start forks one, and one is there again afterwards', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await ensureServer();
    assert.ok(await until(() => sparePid() !== undefined));
    process.kill(sparePid()!, signal);
    assert.ok(await until(() => sparePid() === undefined));
    const child = new Process({ target: () => {} });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.ok(await until(() => sparePid() !== undefined));
  }
});

test('an interrupt that comes before a child is started does not reach it', async () => {
  const child = await startSleeper();
  // Not the child, which is called as it was for a moment.
  assert.ok(await until(() => ![undefined, child.pid].includes(sparePid())));
  const spare = sparePid()!;
  for (let i = 0; i < 3; i++) process.kill(spare, 'SIGINT');
  const next = new Process({ target: () => new Promise((resolve) => setTimeout(resolve, 50)) });
  await next.start();
  assert.equal(next.pid, spare);
  await next.join();
  assert.equal(next.exitCode, 0);
  child.kill();
  await child.join();
});

test('a creator in the middle of the tree is killed, and its children die with it', async () => {
  const queue = new SimpleQueue<number>();
  const leaf = () => {
    queue.putSync(process.pid);
    while (true);
  };
  const middle = new Process({
    target: async () => {
      await new Process({ target: leaf }).start();
      await new Process({ target: leaf, daemon: true }).start();
    },
  });
  await middle.start();
  const leaves = new Set([await queue.get(), await queue.get()]);
  middle.kill();
  await middle.join();
  assert.equal(middle.exitCode, -9);
  const alive = () => relatives(process.pid).filter(({ pid, state }) => leaves.has(pid) && state !== 'Z');
  assert.ok(await until(() => alive().length === 0));
});

test('children killed right after their start are all joined', async () => {
  for (let i = 0; i < 50; i++) {
    const lock = new Lock();
    const child = new Process({ target: () => void lock.acquireSync() });
    await child.start();
    child.kill();
    await child.join();
    assert.ok(child.exitCode === -9 || child.exitCode === 0);
  }
});

test('a program that has lost its fork server still ends', async () => {
  const main = `
    import { Process } from 'manyfold';
    const child = new Process({ target: () => process.ppid });
    await child.start();
    await child.join();
    const sleeper = new Process({ target: () => new Promise((r) => setTimeout(r, 60000)) });
    await sleeper.start();
    process.kill(Number((await import('node:fs')).readFileSync('/proc/' + sleeper.pid + '/stat', 'latin1').split(') ')[1].split(' ')[1]), 'SIGKILL');
    await sleeper.join();
    console.log('code', sleeper.exitCode);
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout, code } = await runProgram(folder.file('main.mjs'), { limit: 15_000 });
  assert.equal(stdout, 'code 255\n');
  assert.equal(code, 0);
});

test('a server without descriptors refuses a start, and goes on when there are some again', async () => {
  const main = `
    import { Process } from 'manyfold';
    const sleep = () => new Promise((resolve) => setTimeout(resolve, 60_000));
    const children = [];
    try {
      while (children.length < 100) {
        const child = new Process({ target: sleep });
        await child.start();
        children.push(child);
      }
    } catch (error) {
      console.log(error.code);
    }
    for (const child of children) child.kill();
    for (const child of children) await child.join();
    const last = new Process({ target: () => {} });
    await last.start();
    await last.join();
    console.log(children.length > 0, last.exitCode);
  `;
  using folder = programFolder({ 'main.mjs': main });
  const { stdout } = await runProgram(folder.file('main.mjs'), { ulimit: '-n 50' });
  assert.equal(stdout, 'ERR_FORK_FAILED\ntrue 0\n');
});
