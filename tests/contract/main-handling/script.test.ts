/** In whatever way the program itself was started, its children find their functions, and do not run it again. */

import assert from 'node:assert/strict';
import { eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

const squares = (method: string) => `
  import { getContext } from 'manyfold';
  console.log('main');
  const factor = 1;
  const square = (x) => x * x * factor;
  const pool = new (getContext('${method}').Pool)(2);
  console.log(JSON.stringify(await pool.map(square, [1, 2, 3])));
  await pool.terminate();
  await pool.join();
`;
const expected = 'main\n[1,4,9]\n';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, _context, test) => {
  test('main_handling-001 a plain script maps over a pool', async () => {
    using folder = programFolder({ 'main.mjs': squares(method) });
    const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
    assert.equal(stderr, '');
    assert.equal(stdout, expected);
  });

  test('a module none of whose own variables its functions use is a module all the same', async () => {
    const main = `
      import * as mp from 'manyfold';
      for (const factor of [1, 2]) {
        const child = new (mp.getContext('${method}').Process)({
          target: () => {
            const isStrict = (function () { return this === undefined; })();
            console.log('child', factor, isStrict, typeof require);
          },
        });
        await child.start();
        await child.join();
      }`;
    using folder = programFolder({ 'main.mjs': main, 'main.js': main, 'package.json': '{ "type": "module" }' });
    for (const file of ['main.mjs', 'main.js']) {
      const { stdout, stderr } = await runProgram(folder.file(file));
      assert.equal(stderr, '');
      assert.equal(stdout, 'child 1 true undefined\nchild 2 true undefined\n');
    }
  });

  test('main_handling-002 a script without an extension', async () => {
    using folder = programFolder({ main: squares(method) });
    const { stdout } = await runProgram(folder.file('main'), {
      // Node 20 takes it for CommonJS unless it is told.
      execArgv: process.versions.node.startsWith('20.') ? ['--experimental-default-type=module'] : [],
    });
    assert.equal(stdout, expected);
  });

  test('main_handling-003 a script that fails when it is imported, or run twice', async () => {
    const program = `
      import fs from 'node:fs';
      if (!process.argv[1].endsWith('main.mjs') || !fs.existsSync('first')) throw new Error('run under another name');
      fs.rmSync('first');
      ${squares(method)}
    `;
    using folder = programFolder({ 'main.mjs': program, first: '' });
    const { stdout, stderr } = await runProgram(folder.file('main.mjs'), { cwd: folder.path });
    assert.equal(stderr, '');
    assert.equal(stdout, expected);
  });

  test('main_handling-004 a folder with an entry module', async () => {
    const main = `
      const { getContext } = require('manyfold');
      const { Process } = getContext('${method}');
      console.log('main');
      const child = new Process({ target: () => console.log('child', require('./part.cjs').value) });
      child.start().then(() => child.join());
    `;
    using folder = programFolder({
      'app/package.json': '{ "main": "./index.cjs" }',
      'app/index.cjs': main,
      'app/part.cjs': `console.log('part'); exports.value = 42;`,
    });
    const { stdout, stderr } = await runProgram(folder.file('app'));
    assert.equal(stderr, '');
    assert.equal(stdout, 'main\npart\nchild 42\n');
  });

  test('main_handling-008 a script that was compiled, and whose source is gone', async () => {
    const compiled = `${squares(method)}\n//# sourceMappingURL=main.mjs.map\n`;
    const map = JSON.stringify({ version: 3, sources: ['gone.ts'], names: [], mappings: 'AAAA' });
    using folder = programFolder({ 'main.mjs': compiled, 'main.mjs.map': map });
    for (const execArgv of [[], ['--enable-source-maps']]) {
      const { stdout } = await runProgram(folder.file('main.mjs'), { execArgv });
      assert.equal(stdout, expected);
    }
  });

  test('a program given on the command line', async () => {
    const code = squares(method);
    using folder = programFolder({});
    const { stdout } = await runProgram(code, { execArgv: ['--input-type=module', '-e'], cwd: folder.path });
    assert.equal(stdout, expected);
  });
});
