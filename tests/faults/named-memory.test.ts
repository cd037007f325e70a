/** Memory with a name, when the programs that have made it end in all ways. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pruneSharedMemory } from 'manyfold/shared-memory';
import { needsApart, runApart } from '../support/apart.js';
import { guard } from '../support/guard.js';
import { isRunning, relatives } from '../support/processes.js';
import { programFolder, root, runProgram, startProgram } from '../support/program.js';
import { Random } from '../support/random.js';
import { until } from '../support/wait.js';

guard();

const isLeft = (name: string) => fs.existsSync(`/dev/shm/${name}`);
const isGone = (...names: string[]) => until(() => !names.some(isLeft));
const ofProgram = (pid: number) => fs.readdirSync('/dev/shm').filter((name) => name.includes(`.${pid}.`));

/** Makes three segments and says how they are called. */
const makeThree = (tag: string) => `
  import { SharedMemory } from 'manyfold/shared-memory';
  const [a, b, c] = [{ name: '${tag}:a\\n' }, { name: '${tag}:b' }, {}].map((name) => new SharedMemory({ ...name, create: true, size: 100 }));
  console.log(JSON.stringify([a.name, b.name, c.name]));
`;

const namesIn = (output: string) => JSON.parse(output.split('\n')[0]!) as [string, string, string];

for (const [title, end] of [
  ['resource_tracker-001 kill -9', 'SIGKILL'],
  ['shared_memory-014 SIGTERM', 'SIGTERM'],
  ['shared_memory-014 its natural end', undefined],
] as const) {
  test(`${title}: what a program has named is removed, and it is told`, async () => {
    const tag = `test-${process.pid}-${end}`;
    const hold = end === undefined ? '' : 'setInterval(() => {}, 1000);';
    using folder = programFolder({ 'main.mjs': makeThree(tag) + (end === 'SIGKILL' ? `b.unlink();` : '') + hold });
    await using program = startProgram(folder.file('main.mjs'));
    const names = namesIn(await program.output(/\n/));
    if (end !== undefined) {
      if (end === 'SIGKILL') fs.unlinkSync(`/dev/shm/${names[0]}`); // somebody else was quicker
      program.kill(end);
    }
    const { stderr } = await program.ended;
    assert.ok(await isGone(...names), JSON.stringify(names.filter(isLeft)));
    assert.match(stderr, /There appear to be [23] leaked shared_memory objects to clean up at shutdown/);
    assert.equal(/had been removed already/.test(stderr), end === 'SIGKILL');
    assert.deepEqual(ofProgram(program.pid), []);
  });
}

const watchersOf = (pid: number) =>
  relatives(process.pid, `MANYFOLD_TEST_PROGRAM=${process.env['MANYFOLD_TEST_PROGRAM']}`).filter(({ command }) =>
    command.includes(`manyfold-watcher ${pid} `),
  );

test('resource_tracker-003 resource_tracker-004 signals do not end the watcher; one that is killed is replaced', async () => {
  const main = `
    import { SharedMemory } from 'manyfold/shared-memory';
    const make = () => new SharedMemory({ create: true, size: 1 });
    console.log(make().name);
    process.stdin.on('data', () => console.log('more', make().name));
  `;
  using folder = programFolder({ 'main.mjs': main });
  await using program = startProgram(folder.file('main.mjs'), { stdin: '' });
  await program.output(/\n/);
  await program.ended;
  assert.deepEqual(ofProgram(program.pid), []);

  const waiting = `
    import { SharedMemory } from 'manyfold/shared-memory';
    const make = () => new SharedMemory({ create: true, size: 1 });
    console.log(make().name);
    process.on('SIGUSR2', () => console.log('more', make().name));
    setInterval(() => {}, 1000);
  `;
  folder.write('waiting.mjs', waiting);
  await using second = startProgram(folder.file('waiting.mjs'));
  await second.output(/\n/);
  const [watcher] = watchersOf(second.pid);
  assert.ok(watcher !== undefined);
  // Once it waits, it has its handlers.
  await until(() => fs.readFileSync(`/proc/${watcher.pid}/wchan`, 'latin1').includes('poll'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(watcher.pid, signal);
  second.kill('SIGUSR2');
  await second.output('more');
  assert.deepEqual(
    watchersOf(second.pid).map(({ pid }) => pid),
    [watcher.pid],
  );
  process.kill(watcher.pid, 'SIGKILL');
  // Not only without its memory and command line: dead, as the next segment's maker looks for it.
  assert.ok(await until(() => !isRunning(watcher.pid)));
  second.kill('SIGUSR2');
  await second.output(/more[^]*more/);
  assert.equal(watchersOf(second.pid).length, 1);
  assert.ok(await until(() => /died unexpectedly, relaunching/.test(second.stderr)));
  second.kill();
  assert.ok(await until(() => ofProgram(second.pid).length === 0));
});

test('resource_tracker-005 a child’s segment outlives the child, and not the program; one watcher is enough', async () => {
  const name = `test-${process.pid}-child`;
  const main = `
    import { Process, Queue } from 'manyfold';
    import { SharedMemory } from 'manyfold/shared-memory';
    const make = () => { new SharedMemory({ name: '${name}', create: true, size: 5 }).buf[4] = 9; };
    const child = new Process({ target: make });
    await child.start();
    await child.join();
    new SharedMemory({ create: true, size: 1 });
    console.log(child.exitCode, new SharedMemory({ name: '${name}' }).buf[4]);
    setInterval(() => {}, 1000);
  `;
  using folder = programFolder({ 'main.mjs': main });
  await using program = startProgram(folder.file('main.mjs'));
  assert.equal(await program.output(/\n/), '0 9\n');
  assert.equal(watchersOf(program.pid).length, 1);
  program.kill();
  await program.ended;
  assert.ok(await isGone(name));
});

test('resource_tracker-007 the watcher ends with 0 when nothing was left, and with 1 otherwise', async () => {
  const tag = `test-${process.pid}-code`;
  using folder = programFolder({ 'main.mjs': `${makeThree(tag)} setInterval(() => {}, 1000);` });
  for (const leave of [true, false]) {
    await using program = startProgram(folder.file('main.mjs'));
    const names = namesIn(await program.output(/\n/));
    for (const { pid } of watchersOf(program.pid)) process.kill(pid, 'SIGKILL');
    if (!leave) for (const name of names) fs.unlinkSync(`/dev/shm/${name}`);
    const register = ofProgram(program.pid).find((name) => name.split('.').length === 4)!;
    if (!leave) fs.unlinkSync(`/dev/shm/${register}`);
    const [, , pid, start] = register.split('.') as [string, string, string, string];
    program.kill();
    await program.ended;
    const watcher = join(root, 'bundle/boot/watcher.cjs');
    const { status } = spawnSync(process.execPath, [watcher, 'manyfold-watcher', pid, String(Number(start) | 0)]);
    assert.equal(status, leave ? 1 : 0);
    assert.ok(!names.some(isLeft));
  }
});

test('shared_memory-015 shared_memory-016 what another program has made is removed with this one only if it tracks it', async () => {
  const name = `test-${process.pid}-foreign`;
  const open = (track: boolean) => `
    import { SharedMemory } from 'manyfold/shared-memory';
    console.log(new SharedMemory({ name: '${name}', track: ${track} }).size);
  `;
  const make = `
    import { SharedMemory } from 'manyfold/shared-memory';
    new SharedMemory({ name: '${name}', create: true, size: 8, track: false });
  `;
  using folder = programFolder({ 'make.mjs': make, 'open.mjs': open(false), 'track.mjs': open(true) });
  await runProgram(folder.file('make.mjs'));
  assert.equal((await runProgram(folder.file('open.mjs'))).stdout, '8\n');
  assert.ok(isLeft(name));
  const { stdout, stderr } = await runProgram(folder.file('track.mjs'));
  assert.equal(stdout, '8\n');
  assert.match(stderr, /leaked/);
  assert.ok(await isGone(name));
});

test('a program that is killed with its watcher is cleaned up after by the next one', async () => {
  const tag = `test-${process.pid}-both`;
  using folder = programFolder({
    'main.mjs': `${makeThree(tag)} setInterval(() => {}, 1000);`,
    'next.mjs': makeThree(`${tag}-next`),
  });
  const kill = async () => {
    await using program = startProgram(folder.file('main.mjs'));
    const names = namesIn(await program.output(/\n/));
    for (const { pid } of watchersOf(program.pid)) process.kill(pid, 'SIGKILL');
    program.kill();
    await program.ended;
    assert.ok(names.every(isLeft));
    return names;
  };
  const names = await kill();
  assert.deepEqual(pruneSharedMemory().toSorted(), names.toSorted());
  assert.ok(!names.some(isLeft));
  const others = await kill();
  await runProgram(folder.file('next.mjs'));
  assert.ok(await isGone(...others));
});

test('killed at any moment of creating and unlinking, a program leaves nothing', async () => {
  const random = Random.printed();
  const tag = `test-${process.pid}-loop`;
  const main = `
    import { SharedMemory } from 'manyfold/shared-memory';
    const started = process.hrtime();
    for (let round = 0; ; round++) {
      const named = new SharedMemory({ name: '${tag}-' + (round % 7), create: true, size: 10000 });
      const other = new SharedMemory({ create: true, size: 10 });
      if (round === 0) console.log('going');
      other.unlink();
      named.unlink();
    }
  `;
  using folder = programFolder({ 'main.mjs': main });
  for (let round = Number(process.env['NAMED_ROUNDS'] ?? 6); round > 0; round--) {
    await using program = startProgram(folder.file('main.mjs'));
    await program.output('going');
    await new Promise((resolve) => setTimeout(resolve, random.below(60)));
    program.kill();
    await program.ended;
    const left = () =>
      fs.readdirSync('/dev/shm').filter((name) => name.startsWith(tag) || name.includes(`.${program.pid}.`));
    assert.ok(await until(() => left().length === 0), left().join());
  }
});

const shrink = 'mount -t tmpfs -o size=64k tmpfs /dev/shm';

test('a full /dev/shm is an error, and leaves nothing', needsApart('files', shrink), () => {
  const main = `
    import { OutOfMemoryError } from 'manyfold';
    import { SharedMemory } from 'manyfold/shared-memory';
    import fs from 'node:fs';
    const kept = new SharedMemory({ name: 'kept', create: true, size: 20000 });
    for (const name of [undefined, 'named']) {
      try {
        new SharedMemory({ name, create: true, size: 60000 });
      } catch (error) {
        console.log(error instanceof OutOfMemoryError, error.code);
      }
    }
    kept.buf.fill(7);
    kept.unlink();
    console.log(new SharedMemory({ create: true, size: 30000, track: false }).buf.length, fs.readdirSync('/dev/shm').length);
  `;
  using folder = programFolder({ 'main.mjs': main });
  const command = `${shrink} && exec "${process.execPath}" "${folder.file('main.mjs')}"`;
  const { stdout, stderr } = runApart('files', command);
  assert.equal(stdout, 'true ERR_OUT_OF_MEMORY\ntrue ERR_OUT_OF_MEMORY\n30000 1\n', stderr);
});
