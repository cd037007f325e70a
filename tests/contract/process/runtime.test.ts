/** What a child may do with its runtime, and still end by itself. */

import assert from 'node:assert/strict';
import { exec, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { because, eachMethod } from '../../support/methods.js';

const collectGarbage = (): void => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  collect();
  collect({ type: 'minor' });
};

const kinds: Record<string, () => unknown> = {
  'collects garbage': collectGarbage,
  'allocates much': () => Array.from({ length: 1_000_000 }, (_, i) => ({ i })).length,
  'uses the thread pool': async () => {
    await stat('/');
    await new Promise((resolve) => gzip(Buffer.alloc(100_000), resolve));
    await new Promise((resolve) => randomBytes(16, resolve));
  },
  'compiles WebAssembly': () => vm.runInThisContext('WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))'),
  'runs a worker thread': () => once(new Worker('1 + 1', { eval: true }), 'exit'),
  'runs another program': () => spawnSync('true'),
  'has a timer left when its target is done': () => void setTimeout(() => {}, 20),
  'has a timer left that does not count': () => void setTimeout(() => {}, 60_000).unref(),
};

eachMethod(['forkserver', 'spawn', 'fork', 'thread'], { coroutine: because.wholeProcess }, (_method, context, test) => {
  for (const [what, target] of Object.entries(kinds)) {
    test(`a child that ${what} ends by itself`, async () => {
      const child = new context.Process({ target });
      await child.start();
      await child.join({ timeout: 20_000 });
      const { exitCode } = child;
      if (exitCode === null) child.kill();
      await child.join();
      assert.equal(exitCode, 0);
    });
  }

  test('what a target has begun and not awaited is done before the child ends', async () => {
    const queue = new context.SimpleQueue<string>();
    const begun: Record<string, () => unknown> = {
      zlib: () => gzip(Buffer.alloc(100_000), () => queue.putSync('zlib')),
      crypto: () => randomBytes(16, () => queue.putSync('crypto')),
      digest: () => void crypto.subtle.digest('SHA-256', new Uint8Array(100_000)).then(() => queue.putSync('digest')),
      file: () => void stat('/').then(() => queue.putSync('file')),
      ticks: () => process.nextTick(() => process.nextTick(() => setImmediate(() => queue.putSync('ticks')))),
      worker: () => new Worker('1 + 1', { eval: true }).on('exit', () => queue.putSync('worker')),
      program: () => exec('true', () => queue.putSync('program')),
    };
    for (const [what, begin] of Object.entries(begun)) {
      const child = new context.Process({ target: () => void begin() });
      await child.start();
      await child.join();
      assert.equal(child.exitCode, 0);
      assert.equal(queue.empty(), false, `${what} was lost`);
      assert.equal(await queue.get(), what);
    }
  });

  test('beforeExit can give a child more to do, as in any Node program', async () => {
    const queue = new context.SimpleQueue<string>();
    const target = () => {
      process.once('beforeExit', () => setTimeout(() => queue.putSync('more'), 1));
    };
    const child = new context.Process({ target });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.equal(await queue.get(), 'more');
  });

  test('a child whose target waits for what nothing can settle ends with code 13', async () => {
    const child = new context.Process({ target: () => new Promise(() => {}) });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 13);
  });

  test('a child that collects garbage and then runs a worker thread ends by itself', async () => {
    const target = () => {
      collectGarbage();
      return once(new Worker('1 + 1', { eval: true }), 'exit');
    };
    const child = new context.Process({ target });
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  });
});
