/** What is given to a process object: target, arguments, name, daemon, a class of one's own. */

import assert from 'node:assert/strict';
import type { Pipe } from 'manyfold';
import { currentProcess, Process } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { collect } from '../../support/collect.js';

type Ends = ReturnType<typeof Pipe<string | null, string>>;

class Shouter extends Process {
  readonly here: Ends[0];
  readonly there: Ends[1];

  constructor([here, there]: Ends) {
    super();
    this.here = here;
    this.there = there;
  }

  override async run(): Promise<void> {
    for (let text = await this.there.recv(); text !== null; text = await this.there.recv())
      await this.there.send(text.toUpperCase());
  }

  async submit(text: string | null): Promise<string> {
    await this.here.send(text);
    return text === null ? '' : this.here.recv();
  }
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  test('process-003 args hold any value, and arrive unchanged', async () => {
    const queue = new context.SimpleQueue<unknown[]>();
    const args = [1, 'str', [1], { a: new Map([[1, new Date(5)]]) }, 7n, null, undefined];
    const child = new context.Process({ target: (...given: unknown[]) => queue.put(given), args });
    await child.start();
    await child.join();
    assert.deepEqual(await queue.get(), args);
  });

  test('process-004 daemon is inherited, unless it is given', async () => {
    const main = currentProcess();
    assert.equal(new context.Process().daemon, main.daemon);
    assert.equal(new context.Process({ daemon: true }).daemon, true);
    assert.equal(new context.Process({ daemon: false }).daemon, false);
    const queue = new context.SimpleQueue<boolean[]>();
    const target = () => queue.put([true, false, undefined].map((daemon) => new Process({ daemon }).daemon));
    for (const daemon of [true, false]) {
      const child = new context.Process({ target, daemon });
      await child.start();
      await child.join();
      assert.deepEqual(await queue.get(), [true, false, daemon]);
    }
  });

  test('process-009 process-011 a child sees its arguments, its name, its pid and the key of its parent', async () => {
    const queue = new context.SimpleQueue<unknown[]>();
    const target = async (first: number, options: object) => {
      const { name, pid, authkey } = currentProcess();
      await queue.put([first, options, name, pid, process.pid, Buffer.from(authkey).toString('hex'), process.ppid]);
    };
    const child = new context.Process({
      target,
      args: [1] as never,
      kwargs: { hello: 23 },
      name: 'some name',
    });
    await child.start();
    await child.join();
    const key = Buffer.from(currentProcess().authkey).toString('hex');
    const [ppid, ...seen] = (await queue.get()).toReversed();
    assert.deepEqual(seen.toReversed(), [1, { hello: 23 }, 'some name', child.pid, child.pid, key]);
    assert.equal(child.pid === process.pid, ['thread', 'coroutine'].includes(method));
    assert.equal(typeof ppid, 'number');
  });

  test('process-028 process-025 a started process keeps its target and arguments no more; a closed one can be collected', async () => {
    const refs = await (async () => {
      const payload = { some: 'payload' };
      const target = ((given: object) => given) as (given: object) => unknown;
      const child = new context.Process({ target, args: [payload] });
      await child.start();
      const alive = [new WeakRef(payload), new WeakRef(child)] as const;
      await child.join();
      child.close();
      return alive;
    })();
    await collect();
    assert.equal(refs[0].deref(), undefined);
    assert.equal(refs[1].deref(), undefined);
  });

  test('process-033 a class of its own with run() and a pipe', async () => {
    const shouter = new Shouter(context.Pipe<string | null, string>());
    await shouter.start();
    assert.equal(await shouter.submit('hello'), 'HELLO');
    assert.equal(await shouter.submit('world'), 'WORLD');
    await shouter.submit(null);
    await shouter.join();
    assert.equal(shouter.exitCode, 0);
  });

  test('process-044 process-046 group must be null; a name a string, and may be used twice', () => {
    assert.throws(() => new context.Process({ group: 'a group' as never }), { name: 'AssertionError' });
    const child = new context.Process({ name: 'twin' });
    assert.throws(() => (child.name = 5 as never), { name: 'AssertionError', code: 'ERR_PROCESS_NAME' });
    assert.throws(() => new context.Process({ name: 5 as never }), { name: 'AssertionError' });
    assert.equal(child.name, new context.Process({ name: 'twin' }).name);
  });

  test('process-045 default names count per creating process, and go down the tree', async () => {
    const queue = new context.SimpleQueue<string[]>();
    const target = () => queue.put([new Process().name, new Process().name, currentProcess().name]);
    const child = new context.Process({ target });
    const next = new context.Process();
    const number = (name: string) => Number(/-(\d+)$/.exec(name)?.[1]);
    assert.match(child.name, /^(ForkServer|Spawn|Fork|Thread|Coroutine)Process-\d+$/);
    assert.equal(number(next.name), number(child.name) + 1);
    await child.start();
    await child.join();
    const mine = number(child.name);
    assert.deepEqual(await queue.get(), [`Process-${mine}:1`, `Process-${mine}:2`, child.name]);
    class Named extends context.Process {}
    assert.match(new Named().name, /^Named-\d+$/);
  });

  test('process-049 two processes without arguments share no defaults', async () => {
    const queue = new context.SimpleQueue<number>();
    const target = (...args: unknown[]) => queue.put(args.push('mine'));
    for (let i = 0; i < 2; i++) {
      const child = new context.Process({ target });
      await child.start();
      await child.join();
      assert.equal(await queue.get(), 1);
    }
  });
});
