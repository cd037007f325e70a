import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Finalize, registerAfterFork } from 'manyfold/util';
import { collect } from '../../support/collect.js';
import { guard } from '../../support/guard.js';
import { eachMethod } from '../../support/methods.js';
import { programFolder, root, runProgram } from '../../support/program.js';
import { until } from '../../support/wait.js';

guard();

const body = `
  import { writeSync } from 'node:fs';
  import { Finalize } from 'manyfold/util';
  import { Process } from 'manyfold';
  const say = (...words) => writeSync(1, words.join(' ') + '\\n');
  export const finalizers = () => {
    const keep = (globalThis.kept ??= []);
    const objectToKeep = () => { keep.push({}); return keep.at(-1); };
    const made = (name, exitPriority) => new Finalize(objectToKeep(), say, { args: [name], exitPriority });
    new Finalize(objectToKeep(), say, { args: ['without a priority'] });
    made('b', 0);
    made('d1', 0); made('d2', 0); made('d3', 0);
    made('c', 10);
    const called = made('called');
    called.call();
    called.call();
    made('cancelled', 5).cancel();
    new Finalize(null, say, { args: ['e'], exitPriority: -10 });
    new Finalize(null, () => { throw new Error('of a finalizer'); }, { exitPriority: 7 });
  };
`;

/** The highest priority first, and of equal ones the newest; what is below 0 comes last. */
const expected = 'called\nc\nd3\nd2\nd1\nb\ne\n';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, _context, methodTest) => {
  methodTest(
    'util-001 finalizers run once, at the end by their priorities, in a child as in the main process',
    async () => {
      const main = `
      import { getContext } from 'manyfold';
      import { finalizers } from './finalizers.mjs';
      if (process.argv[2] === 'child') {
        const child = new (getContext('${method}').Process)({ target: finalizers });
        await child.start();
        await child.join();
        process.exitCode = child.exitCode;
      } else finalizers();
    `;
      using folder = programFolder({ 'main.mjs': main, 'finalizers.mjs': body });
      for (const where of ['main', 'child']) {
        const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'), { args: [where] });
        assert.equal(stdout, expected, `${where}: ${stderr}`);
        assert.match(stderr, /of a finalizer/);
        assert.equal(code, 0);
      }
    },
  );
});

eachMethod(['fork'], (_method, context, methodTest) => {
  methodTest(
    'a child that is forked has none of its parent’s finalizers, and runs what was registered for it',
    async () => {
      const queue = new context.SimpleQueue<string>();
      const finalizer = new Finalize(null, () => queue.putSync('of the parent'), { exitPriority: 1 });
      const pool = { numbers: [1, 2, 3] };
      registerAfterFork(pool, ({ numbers }) => numbers.splice(0));
      const target = () => {
        queue.putSync(`${finalizer.stillActive()} ${pool.numbers.length}`);
      };
      const child = new context.Process({ target });
      await child.start();
      await child.join();
      assert.equal(await queue.get(), 'false 0');
      assert.equal(queue.empty(), true);
      assert.deepEqual([finalizer.stillActive(), pool.numbers.length], [true, 3]);
      finalizer.cancel();
    },
  );
});

test('util-001 a finalizer runs when its object is collected, and not if it was cancelled', async () => {
  const ran: string[] = [];
  const drop = (name: string, then?: (finalizer: Finalize<[string]>) => void): void => {
    const finalizer = new Finalize({}, (text: string) => void ran.push(text), { args: [name] });
    assert.equal(finalizer.stillActive(), true);
    then?.(finalizer);
  };
  drop('collected');
  drop('cancelled', (finalizer) => finalizer.cancel());
  drop('called', (finalizer) => {
    finalizer.call();
    assert.equal(finalizer.stillActive(), false);
  });
  assert.ok(
    await until(async () => {
      await collect();
      return ran.length === 2;
    }),
  );
  await collect();
  assert.deepEqual(ran, ['called', 'collected']);
  assert.equal(new Finalize({}, (a: number, b: number) => a + b, { args: [1, 2] }).call(), 3);
});

test('util-002 finalizers may be made and run while others run', () => {
  const made: Finalize[] = [];
  let calls = 0;
  const call = (): void => {
    calls++;
    if (calls < 1000) {
      made.push(new Finalize({}, call));
      for (const finalizer of made.splice(0)) finalizer.call();
    }
  };
  new Finalize({}, call).call();
  assert.equal(calls, 1000);
});

test('a finalizer without an end, or with a priority that is no whole number, is refused', () => {
  const nothing = (): void => {};
  assert.throws(() => new Finalize(null, nothing), { name: 'ValueError', code: 'ERR_FINALIZE_WITHOUT_END' });
  for (const exitPriority of [1.5, 'high'] as never[]) {
    assert.throws(() => new Finalize({}, nothing, { exitPriority }), { code: 'ERR_FINALIZE_PRIORITY' });
  }
  assert.throws(() => new Finalize({}, 'text' as never), { name: 'TypeError', code: 'ERR_FINALIZE_CALLBACK' });
  assert.throws(() => registerAfterFork('text' as never, nothing), { name: 'TypeError', code: 'ERR_AFTER_FORK' });
  assert.throws(() => registerAfterFork({}, undefined as never), { name: 'TypeError', code: 'ERR_AFTER_FORK' });
});

test('util-003 every entry point can be imported, and all of its names exist', async () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  assert.ok(entries.length > 3);
  for (const entry of entries) {
    const names = (await import(entry.replace('.', 'manyfold'))) as Record<string, unknown>;
    assert.ok(Object.keys(names).length > 0);
    for (const [name, value] of Object.entries(names)) assert.notEqual(value, undefined, `${name} of ${entry}`);
  }
});
