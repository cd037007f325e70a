/** The same program, run from TypeScript, compiled, by a test runner, and from CommonJS. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eachMethod } from '../../support/methods.js';
import { programFolder, root, runProgram, type ProgramOptions } from '../../support/program.js';

const program = (method: string) => `
import { getContext, Process, setStartMethod, type Queue } from 'manyfold';

setStartMethod('${method}');
const { Queue: Items } = getContext('${method}');

class Greeter extends Process {
  readonly #unused: string = 'not sent';
  queue: Queue<string>;
  greeting: string;

  constructor(queue: Queue<string>, greeting: string) {
    super();
    this.queue = queue;
    this.greeting = greeting;
  }

  override async run(): Promise<void> {
    await this.queue.put(\`\${this.greeting} from \${this.name}\`);
  }
}

const factor: number = 3;
const triple = (x: number): number => x * factor;
const queue = new Items<string>();
const child = new Process({ target: async (x: number) => queue.put(String(triple(x))), args: [14] });
const greeter = new Greeter(queue, 'hello');
for (const each of [child, greeter]) {
  await each.start();
  await each.join();
  console.log(each.exitCode, await queue.get());
}
`;

const expected = '0 42\n0 hello from Greeter-2\n';

/** TypeScript's syntax taken out by the compiler itself. */
function compile(folder: { path: string; file(name: string): string }): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options =
    '--target es2022 --module nodenext --moduleResolution nodenext --skipLibCheck --strict --outDir out'.split(' ');
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, 'main.ts'], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const canStrip = major > 22 || (major === 22 && minor >= 18);

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, _context, test) => {
  const run = async (options: ProgramOptions & { file?: string } = {}) => {
    using folder = programFolder({ 'main.ts': program(method) });
    const { file = 'main.ts', ...rest } = options;
    if (file === 'out/main.js') compile(folder);
    return await runProgram(folder.file(file), { cwd: folder.path, ...rest });
  };

  test('from TypeScript, by tsx', async () => {
    const { stdout, stderr } = await run({ execArgv: ['--import', 'tsx'], env: { NODE_DEBUG: 'manyfold' } });
    // Where it has a thread of its own, for its loader or its compiler, the program itself cannot be forked either.
    if (method === 'fork' && stdout === '') {
      assert.match(stderr, /ForkUnsafeError: cannot fork this process: it has 1 thread /);
      return;
    }
    assert.equal(stdout, expected, stderr);
    // Where its loader runs on a thread of its own, nothing can be forked, and the log says so.
    const isSpawned = /children are spawned instead of forked/.test(stderr);
    if (method === 'forkserver' && major === 20) assert.ok(isSpawned, stderr);
  });

  const skip = canStrip ? false : `Node ${process.versions.node} does not strip types by itself`;
  test("from TypeScript, by Node's own type stripping", { skip }, async () => {
    const { stdout, stderr } = await run();
    assert.equal(stdout, expected, stderr);
  });

  test('compiled to JavaScript', async () => {
    const { stdout, stderr } = await run({ file: 'out/main.js' });
    assert.equal(stdout, expected);
    assert.equal(stderr, '');
  });

  test('from node --test', async () => {
    const body = `
      import assert from 'node:assert/strict';
      import { test } from 'node:test';
      import { getContext } from 'manyfold';
      const { Process, SimpleQueue } = getContext('${method}');
      test('adds', async () => {
        const queue = new SimpleQueue();
        const child = new Process({ target: (a, b) => queue.put(a + b), args: [1, 2] });
        await child.start();
        await child.join();
        assert.equal(await queue.get(), 3);
      });
    `;
    using folder = programFolder({ 'sum.test.mjs': body });
    const { stdout, code } = await runProgram(folder.file('sum.test.mjs'), { execArgv: ['--test'] });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 1/);
  });

  test('from CommonJS, by require', async () => {
    const main = `
      const { getContext } = require('manyfold');
      const { basename } = require('node:path');
      const { Process, SimpleQueue } = getContext('${method}');
      class Greeter extends Process {
        constructor(queue) { super(); this.queue = queue; }
        run() { return this.queue.put('hello from ' + basename('/a/' + this.name)); }
      }
      const factor = 3;
      const queue = new SimpleQueue();
      (async () => {
        for (const each of [new Process({ target: (x) => queue.put(x * factor), args: [14] }), new Greeter(queue)]) {
          await each.start();
          await each.join();
          console.log(each.exitCode, await queue.get());
        }
      })();
    `;
    using folder = programFolder({ 'main.cjs': main });
    const { stdout, stderr } = await runProgram(folder.file('main.cjs'));
    assert.equal(stdout, expected, stderr);
    assert.doesNotMatch(stderr, /(?<!ExperimentalWarning: CommonJS module .*)Error/);
  });
});
