/** Which start method is in force. Each program chooses one once, so each case is a program of its own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getAllStartMethods, getContext, setForkserverPreload } from 'manyfold';
import { guard } from '../../support/guard.js';
import { eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

guard();

/** Runs `body` as a program that has the whole library as `mp`; what it returns is what it tells. */
async function told(body: string): Promise<unknown> {
  const program = `
    import * as mp from 'manyfold';
    const attempt = (work) => { try { return work() ?? null; } catch ({ name, code, message }) { return { name, code, message }; } };
    const answer = await (async () => { ${body} })();
    console.log(JSON.stringify(answer));
  `;
  using folder = programFolder({ 'main.mjs': program });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

const alreadySet = { name: 'RuntimeError', code: 'ERR_CONTEXT_SET', message: 'context has already been set' };

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, methodTest) => {
  methodTest('startmethod-001 a context is of one method for good', () => {
    assert.equal(context.getStartMethod(), method);
    assert.equal(context.getContext(), context);
    assert.equal(getContext(method), context);
    for (const other of ['spawn', null] as const) {
      assert.throws(() => context.setStartMethod(other), { name: 'ValueError', code: 'ERR_CONCRETE_CONTEXT' });
    }
  });

  methodTest('startmethod-002 a child started from a context has its method', async () => {
    const { getStartMethod, Process } = await import('manyfold');
    const queue = new context.SimpleQueue<unknown>();
    const child = new context.Process({ target: () => queue.put([getStartMethod(), new Process().name]) });
    await child.start();
    await child.join();
    assert.equal(((await queue.get()) as unknown[])[0], method);
  });

  methodTest('startmethod-003 starting through a context leaves the default open', async () => {
    const body = `
      const child = new (mp.getContext('${method}').Process)({ target: () => {} });
      await child.start(); await child.join();
      return [child.exitCode, mp.getStartMethod({ allowNone: true })];`;
    assert.deepEqual(await told(body), [0, null]);
  });
});

test('startmethod-004 freezeSupport does nothing and fixes nothing', async () => {
  const body = `mp.freezeSupport(); mp.setStartMethod('spawn'); return mp.getStartMethod();`;
  assert.equal(await told(body), 'spawn');
});

test('startmethod-005 preload takes the names of modules', () => {
  for (const wrong of [[1, 2, 3], 'module', ['a', 5]]) {
    assert.throws(() => setForkserverPreload(wrong as never), {
      name: 'TypeError',
      message: /module names must be strings/,
    });
  }
});

test('startmethod-007 the method is set once, unless by force', async () => {
  const body = `
    mp.setStartMethod('spawn');
    return [
      attempt(() => mp.setStartMethod('spawn')),
      attempt(() => mp.setStartMethod(null)),
      attempt(() => mp.setStartMethod('forkserver', { force: true })),
      mp.getStartMethod(),
      attempt(() => mp.setStartMethod(null, { force: true })),
      mp.getStartMethod({ allowNone: true }),
    ];`;
  assert.deepEqual(await told(body), [alreadySet, alreadySet, null, 'forkserver', null, null]);
});

for (const use of ['new mp.Process()', 'mp.getStartMethod()', 'mp.getContext()']) {
  test(`startmethod-008 ${use} fixes the default`, async () => {
    assert.deepEqual(await told(`${use}; return attempt(() => mp.setStartMethod('spawn'));`), alreadySet);
  });
}

test('a queue or a lock belongs to no start method, and fixes none', async () => {
  const body = `new mp.Queue(); new mp.Lock(); mp.setStartMethod('spawn'); return mp.getStartMethod();`;
  assert.equal(await told(body), 'spawn');
});

test('startmethod-009 an unknown method', async () => {
  const { name, message } = { name: 'ValueError', message: "cannot find context for 'xx'" };
  assert.throws(() => getContext('xx' as never), { name, message });
  assert.deepEqual(await told(`return attempt(() => mp.setStartMethod('xx'));`), {
    name,
    message,
    code: 'ERR_UNKNOWN_START_METHOD',
  });
});

test('startmethod-010 all methods, the default first', async () => {
  assert.deepEqual(getAllStartMethods().slice(0, 2), ['forkserver', 'spawn']);
  assert.equal(await told('return mp.getStartMethod();'), 'forkserver');
});
