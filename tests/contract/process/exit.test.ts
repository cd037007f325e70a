/** How a child ends: its exit code, and what it says on stderr. */

import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { SystemExit } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';
import { isRunning } from '../../support/processes.js';
import { programFolder, runProgram, startProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

/** A program that runs `target` in one child and prints the child's exit code. */
const oneChild = (method: string, target: string) => `
  import { getContext, SystemExit } from 'manyfold';
  const child = new (getContext('${method}').Process)({ name: 'little', target: ${target} });
  await child.start();
  await child.join();
  console.log('code', child.exitCode);
`;

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  const exitCodeOf = async (target: () => unknown) => {
    const child = new context.Process({ target });
    await child.start();
    await child.join();
    return child.exitCode;
  };

  test('process-036 process-037 the exit code is what is thrown as SystemExit or given to process.exit', async () => {
    const codes: [unknown, number][] = [
      [true, 1],
      [false, 0],
      [8, 8],
      [null, 0],
      [undefined, 0],
      [300, 44],
      [-1, 255],
    ];
    for (const [value, code] of codes) {
      assert.equal(
        await exitCodeOf(() => {
          throw new SystemExit(value);
        }),
        code,
        String(value),
      );
    }
    if (method === 'coroutine') return; // process.exit there ends the program
    assert.equal(await exitCodeOf(() => process.exit()), 0);
    assert.equal(await exitCodeOf(() => process.exit(8)), 8);
    assert.equal(await exitCodeOf(() => process.exit(300)), 44);
    assert.equal(await exitCodeOf(() => void (process.exitCode = 9)), 9);
  });

  const spoken: [string, RegExp][] = [
    ['[1, 2, 3]', /^\[ 1, 2, 3 \]$/m],
    ['"some text"', /^some text$/m],
    ['2.5', /^2\.5$/m],
  ];
  for (const [value, said] of spoken) {
    test(`process-035 process-037 SystemExit(${value}) is written to stderr and gives 1`, async () => {
      using folder = programFolder({ 'main.mjs': oneChild(method, `() => { throw new SystemExit(${value}); }`) });
      const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
      assert.equal(stdout, 'code 1\n');
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.equal(code, 0);
    });
  }

  test('process-038 an uncaught error gives 1, and its traceback below the name of the process', async () => {
    const target = `() => { 1 + 1; throw Object.assign(new RangeError('too far'), { by: 7 }); }`;
    using folder = programFolder({ 'main.mjs': oneChild(method, target) });
    const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
    assert.equal(stdout, 'code 1\n');
    assert.match(stderr, /^Process little:\nRangeError: too far\n\s+at .*main\.mjs:3:\d+/m);
    assert.match(stderr, /by: 7/);
  });

  test(
    'an error that nobody awaits ends a child as well, and a rejected promise',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const later = `() => { setTimeout(() => { throw new Error('later'); }, 1); return new Promise(() => {}); }`;
      for (const target of [
        later,
        `() => { void Promise.reject(new Error('later')); return new Promise((r) => setTimeout(r, 60000)); }`,
      ]) {
        using folder = programFolder({ 'main.mjs': oneChild(method, target) });
        const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
        assert.equal(stdout, 'code 1\n');
        assert.match(stderr, /^Process little:\nError: later/m);
        assert.equal(stderr.match(/Error: later/g)?.length, 1);
      }
    },
  );

  test(
    'process-055 process-056 exit handlers run at the end of a child, but not when it is ended at once',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const queue = new context.SimpleQueue<string>();
      const code = await exitCodeOf(() => void process.on('exit', () => queue.putSync('handled')));
      assert.equal(code, 0);
      assert.equal(await queue.get(), 'handled');
      const hard = await exitCodeOf(() => {
        process.on('exit', () => queue.putSync('never'));
        (process as unknown as { reallyExit(code: number): void }).reallyExit(7);
      });
      assert.equal(hard, 7);
      assert.ok(queue.empty());
    },
  );

  test(
    'what a package has put in the place of process.emit hears of the end of a child',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      const queue = new context.SimpleQueue<string>();
      const code = await exitCodeOf(() => {
        const own = process as unknown as Record<string, (...args: unknown[]) => unknown>;
        const before = own['emit']!;
        own['emit'] = (...args) => {
          if (args[0] === 'exit') queue.putSync('heard');
          return before.apply(process, args);
        };
        process.exitCode = 3;
      });
      assert.equal(code, 3);
      assert.ok(!queue.empty());
      assert.equal(await queue.get(), 'heard');
    },
  );

  test(
    'process-055 exit handlers do not run in a child that is killed',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      const queue = new context.SimpleQueue<string>();
      const abrupt = await exitCodeOf(() => {
        process.on('exit', () => queue.putSync('never'));
        process.kill(process.pid, 'SIGKILL');
      });
      assert.equal(abrupt, -9);
      assert.ok(queue.empty());
    },
  );

  test('process-053 the input of a child is at its end', { not: { coroutine: because.wholeProcess } }, async () => {
    const target = `async () => { for await (const chunk of process.stdin) console.log('read', String(chunk)); console.log('end'); }`;
    using folder = programFolder({ 'main.mjs': oneChild(method, target) });
    const { stdout } = await runProgram(folder.file('main.mjs'), { stdin: 'a line\n' });
    assert.equal(stdout, 'end\ncode 0\n');
  });

  test(
    'process-031 a child runs while the output of its parent is closed',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const program = `
      import fs from 'node:fs';
      import { getContext } from 'manyfold';
      fs.closeSync(1);
      const queue = new (getContext('${method}').SimpleQueue)();
      const child = new (getContext('${method}').Process)({ target: () => { console.log('to nobody'); queue.putSync('ran'); } });
      await child.start();
      await child.join();
      fs.writeSync(2, 'code ' + child.exitCode + ' ' + await queue.get());
    `;
      using folder = programFolder({ 'main.mjs': program });
      const { stderr } = await runProgram(folder.file('main.mjs'));
      assert.match(stderr, /code 0 ran$/);
    },
  );

  test(
    'process-032 a child that closes its own output ends well',
    { not: { thread: because.threadsShare, coroutine: because.wholeProcess } },
    async () => {
      assert.equal(await exitCodeOf(() => closeSync(1)), 0);
      assert.equal(await exitCodeOf(() => closeSync(2)), 0);
    },
  );

  test(
    'process-050 at its end a process joins its children that are no daemons, and terminates its daemons',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const program = `
      import { getContext } from 'manyfold';
      const { Event, Process } = getContext('${method}');
      const said = new Event();
      const worker = new Process({ target: async () => { await said.wait(); await new Promise((r) => setTimeout(r, 300)); console.log('worker done'); } });
      const daemon = new Process({ daemon: true, target: async () => { await new Promise((r) => setTimeout(r, 60000)); console.log('never'); } });
      await daemon.start();
      await worker.start();
      console.log('main done', daemon.pid);
      said.set();
    `;
      using folder = programFolder({ 'main.mjs': program });
      const { stdout, code } = await runProgram(folder.file('main.mjs'));
      assert.match(stdout, /^main done \d+\nworker done\n$/);
      assert.equal(code, 0);
      const daemon = Number(/\d+/.exec(stdout));
      assert.ok(await until(() => !isRunning(daemon)));
    },
  );

  test(
    'a child that prints after the output of its parent is closed does not hang',
    { not: { coroutine: because.wholeProcess } },
    async () => {
      const program = `
      import { getContext } from 'manyfold';
      const child = new (getContext('${method}').Process)({ target: () => { for (let i = 0; i < 200000; i++) console.log('line', i); } });
      await child.start();
      await child.join();
      process.stderr.write('code ' + child.exitCode);
    `;
      using folder = programFolder({ 'main.mjs': program });
      await using running = startProgram(folder.file('main.mjs'));
      await running.output('line 0');
      running.child.stdout?.destroy();
      assert.ok(await until(() => /code/.test(running.stderr), 20_000), running.stderr);
    },
  );
});
