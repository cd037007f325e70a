/** What children know of how the program was started. */

import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { getStartMethod, Process } from 'manyfold';
import { because, eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  test('startmethod-013 a queue goes from parent to child to grandchild', async () => {
    const queue = new context.Queue<string>();
    const grandchild = async () => {
      await queue.put(`grandchild ${getStartMethod()}`);
    };
    const target = async () => {
      await queue.put('child');
      const process = new Process({ target: grandchild });
      await process.start();
      await process.join();
    };
    const child = new context.Process({ target });
    await child.start();
    await child.join();
    assert.equal(await queue.get(), 'child');
    assert.equal(await queue.get(), `grandchild ${method}`);
  });

  test('startmethod-016 startmethod-017 children see the command line, however long', async () => {
    const program = `
      import { getContext } from 'manyfold';
      const { Process } = getContext('${method}');
      const target = () => console.log(process.argv.length, process.argv[2], process.argv.at(-1));
      const child = new Process({ target });
      await child.start();
      await child.join();
      target();
    `;
    using folder = programFolder({ 'main.mjs': program });
    const args = Array.from({ length: 5000 }, (_, i) => `argument-${i}-${'x'.repeat(20)}`);
    const { stdout } = await runProgram(folder.file('main.mjs'), { args });
    const line = `5002 ${args[0]} ${args.at(-1)}\n`;
    assert.equal(stdout, line + line);
  });

  test('startmethod-022 options of Node are passed on to children and grandchildren', async () => {
    const program = `
      import { getContext, Process } from 'manyfold';
      const say = () => console.log(process.throwDeprecation, process.execArgv.includes('--throw-deprecation'), process.title);
      const target = async () => {
        say();
        const child = new Process({ target: say });
        await child.start();
        await child.join();
      };
      const child = new (getContext('${method}').Process)({ target });
      await child.start();
      await child.join();
    `;
    using folder = programFolder({ 'main.mjs': program });
    const execArgv = ['--throw-deprecation', '--title=flagged'];
    const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { execArgv });
    assert.equal(stderr, '');
    assert.equal(stdout, 'true true flagged\n'.repeat(2));
  });

  const not = {
    fork: 'a process that is forked from this one imports no module again',
    coroutine: because.notCopied,
  };
  test(
    'startmethod-021 a module that starts processes when it is imported does not do so in its own child',
    { not },
    async () => {
      const module = `
      import { Process } from 'manyfold';
      export const target = () => console.log('never');
      const child = new Process({ target });
      await child.start();
      await child.join();
      console.log('child ended with', child.exitCode);
    `;
      const main = `
      import { setStartMethod } from 'manyfold';
      setStartMethod('${method}');
      await import('./module.mjs');
    `;
      using folder = programFolder({ 'main.mjs': main, 'module.mjs': module });
      const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
      assert.equal(stdout, 'child ended with 1\n');
      assert.match(stderr, /RuntimeError: an attempt has been made to start a new process before/);
    },
  );

  test('startmethod-021 a script without any guard starts its child once', async () => {
    const main = `
      import { Process, setStartMethod } from 'manyfold';
      setStartMethod('${method}');
      console.log('main');
      const child = new Process({ target: () => console.log('123') });
      await child.start();
      await child.join();
    `;
    using folder = programFolder({ 'main.mjs': main });
    const { stdout, code } = await runProgram(folder.file('main.mjs'));
    assert.equal(stdout, 'main\n123\n');
    assert.equal(code, 0);
  });

  test('a module that is missing in the child, or throws there, is told with its name', { not }, async () => {
    const program = (file: string) => `
      import { rmSync, writeFileSync } from 'node:fs';
      import { getContext } from 'manyfold';
      import { f } from './${file}.mjs';
      const child = new (getContext('${method}').Process)({ target: f });
      if ('${file}' === 'missing') rmSync(new URL('./missing.mjs', import.meta.url));
      else writeFileSync(new URL('./broken.mjs', import.meta.url), 'throw new Error("broken"); export const f = 1;');
      await child.start();
      await child.join();
      console.log('code', child.exitCode);
    `;
    for (const file of ['missing', 'broken']) {
      const module = `export const f = () => {};`;
      using folder = programFolder({ 'main.mjs': program(file), [`${file}.mjs`]: module });
      const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
      assert.equal(stdout, 'code 1\n');
      assert.match(stderr, new RegExp(`PicklingError: cannot import .*${file}\\.mjs`));
    }
  });

  const isOpen = ['fork', 'thread', 'coroutine'].includes(method);
  const fate = isOpen ? 'open' : 'not open';
  test(`startmethod-029 a descriptor that is open in the parent is ${fate} in its children`, async () => {
    const queue = new context.SimpleQueue<string>();
    const fd = openSync('/dev/zero', 'r');
    try {
      const target = () => {
        try {
          queue.putSync(fstatSync(fd).isCharacterDevice() ? 'open' : 'another');
        } catch (error) {
          queue.putSync((error as NodeJS.ErrnoException).code ?? '');
        }
      };
      const child = new context.Process({ target });
      await child.start();
      await child.join();
      assert.equal((await queue.get()) === 'open', isOpen);
    } finally {
      closeSync(fd);
    }
  });
});
