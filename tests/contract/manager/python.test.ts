/** CPython's multiprocessing.managers as the other side, with nothing but its standard library: docs/python-interop.md. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { BaseManager, SyncManager, type DictProxy, type ListProxy } from 'manyfold/managers';
import type { Address } from 'manyfold/connection';
import { guard } from '../../support/guard.js';
import { representativePythons, needsPython, type Python } from '../../support/peers.js';
import { programFolder, root, runProgram, startProgram, type RunningProgram } from '../../support/program.js';

guard();

const pythons = representativePythons();
const listed = pythons.map(({ version }) => version).join(', ');
const key = Buffer.from('secret');

class Calculator {
  add(a: number, b: number): number {
    return a + b;
  }
  fail(): never {
    throw new RangeError('bad value');
  }
  *count(n: number): Generator<number> {
    for (let i = 0; i < n; i++) yield i;
  }
}

class Shared extends SyncManager {}
Shared.register('Calculator', Calculator, { methodToTypeid: { count: 'Iterator' } });

const client = `
import multiprocessing, queue, sys, threading
from multiprocessing.managers import IteratorProxy, RemoteError, SyncManager
multiprocessing.current_process().authkey = b'secret'
class Shared(SyncManager): pass
Shared.register('Calculator', method_to_typeid={'count': 'Iterator'})
Shared.register('Iterator', proxytype=IteratorProxy)
m = Shared(address=('127.0.0.1', int(sys.argv[1])), authkey=b'secret')
m.connect()

def throws(kind, run, *args, **kwargs):
    try: run(*args, **kwargs)
    except kind as e: return e
    raise AssertionError('no ' + kind.__name__)

d = m.dict({'a': 1}); d['b'] = [1, 2]; d[(1, 2)] = 'tuple'; d.update(c=3)
assert d.copy() == {'a': 1, 'b': [1, 2], (1, 2): 'tuple', 'c': 3} and len(d) == 4 and 'a' in d
assert list(d) == ['a', 'b', (1, 2), 'c'] and d.get('z', 5) == 5 and d.pop('a') == 1
assert d.items() == [('b', [1, 2]), ((1, 2), 'tuple'), ('c', 3)] and d.popitem() == ('c', 3)
assert throws(KeyError, d.__getitem__, 'nope').args == ('nope',)

l = m.list(range(5)); l += [7]; l.append(8); l *= 2
assert l[:] == [0, 1, 2, 3, 4, 7, 8] * 2 and l[1:3] == [1, 2] and l[-1] == 8 and l.index(7) == 5
assert list(reversed(l))[:2] == [8, 7] and l + [1] == l[:] + [1]
l[0:2] = ['x']; del l[-1]; l.sort if False else None
assert l[:2] == ['x', 2] and len(l) == 12
throws(IndexError, l.__getitem__, 99)

inner = m.list([1]); d['inner'] = inner; inner.append(2); del inner
assert d['inner'][:] == [1, 2]
d['inner'].append(3)
assert d['inner'][:] == [1, 2, 3]

n = m.Namespace(x=1); n.y = 's'
assert (n.x, n.y, str(n)) == (1, 's', "Namespace(x=1, y='s')")
throws(AttributeError, getattr, n, 'zz')

lock = m.Lock()
assert lock.acquire() and not lock.acquire(False) and not lock.acquire(timeout=0.01)
lock.release(); throws(RuntimeError, lock.release)
r = m.RLock()
assert r.acquire() and r.acquire()
got = []
t = threading.Thread(target=lambda: got.append(r.acquire(timeout=0.01))); t.start(); t.join()
assert got == [False]
r.release(); r.release()

q = m.Queue(2); q.put(1); q.put({'x': (1, 2), 'b': b'bytes', 'big': 2 ** 80})
throws(queue.Full, q.put, 3, timeout=0.01)
assert q.get() == 1 and q.get() == {'x': (1, 2), 'b': b'bytes', 'big': 2 ** 80} and q.empty()
throws(queue.Empty, q.get, timeout=0.01); throws(queue.Empty, q.get_nowait)
threading.Thread(target=q.put, args=('late',)).start()
assert q.get() == 'late'

e = m.Event(); threading.Thread(target=e.set).start()
assert e.wait(10) and e.is_set()
c = m.Condition()
def notify():
    with c: c.notify_all()
with c:
    threading.Thread(target=notify).start()
    assert c.wait(10)
b = m.Barrier(2); t = threading.Thread(target=b.wait); t.start()
assert b.wait() in (0, 1) and b.parties == 2 and not b.broken
t.join()
v = m.Value('i', 3); v.value += 1
assert v.value == 4
a = m.Array('i', [1, 2, 3]); a[0] = 9
assert a[:] == [9, 2, 3] and len(a) == 3
s = m.BoundedSemaphore(1)
assert s.acquire() and not s.acquire(False)
s.release(); throws(ValueError, s.release)

calculator = m.Calculator()
assert calculator.add(2, 3) == 5 and list(calculator.count(4)) == [0, 1, 2, 3]
assert throws(ValueError, calculator.fail).args == ('bad value',)
throws(RemoteError, calculator._callmethod, 'constructor')
throws(RemoteError, m._create, 'Nothing')
throws(multiprocessing.AuthenticationError, SyncManager(address=m.address, authkey=b'wrong').connect)
assert m._number_of_objects() > 5
print('all good')
`;

const server = `
import sys
from multiprocessing.managers import SyncManager
class Calculator:
    def add(self, a, b): return a + b
    def fail(self): raise ValueError('bad value')
    def echo(self, value): return value
class Shared(SyncManager): pass
Shared.register('Calculator', Calculator)
if __name__ == '__main__':
    m = Shared(address=('127.0.0.1', 0), authkey=b'secret')
    s = m.get_server()
    print(s.address[1], flush=True)
    s.serve_forever()
`;

async function run({ path }: Python, program: string, ...args: string[]): Promise<string> {
  const child = spawn(path, ['-c', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return output;
}

test(`CPython clients use a server of ours (CPython ${listed})`, needsPython(), async () => {
  await using manager = new Shared({ address: ['127.0.0.1', 0], authkey: key });
  await manager.start();
  const [, port] = manager.address as [string, number];
  for (const python of pythons) assert.equal((await run(python, client, String(port))).trim(), 'all good');
  // Its clients have gone, but one of our own goes on.
  const dict = await manager.dict({ still: 'here' });
  assert.equal(await dict.get('still'), 'here');
});

test(`our clients use a server of CPython (CPython ${listed})`, needsPython(), async () => {
  for (const { path } of pythons) {
    const child = spawn(path, ['-c', server], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    try {
      const { value: port } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
      const address: Address = ['127.0.0.1', Number(port)];
      await using manager = new Shared({ address, authkey: key });
      await manager.connect();
      await useServer(manager);
      const stranger = new BaseManager({ address, authkey: Buffer.from('wrong') });
      await assert.rejects(stranger.connect(), { name: 'AuthenticationError' });
      child.kill();
      const list = manager.list();
      await assert.rejects(list, { name: /OSError|EOFError/ });
    } finally {
      child.kill();
      await ended;
    }
  }
});

async function useServer(manager: Shared): Promise<void> {
  const dict: DictProxy = await manager.dict({ a: 1 });
  await dict.set('b', [1.5, null, new Uint8Array([1, 2])]);
  assert.deepEqual(await dict.copy(), { a: 1, b: [1.5, null, new Uint8Array([1, 2])] });
  dict.setSync('when', new Date('2020-01-02T03:04:05Z'));
  assert.deepEqual(dict.getSync('when'), new Date('2020-01-02T03:04:05Z'));
  await assert.rejects(dict.pop('nope'), { name: 'KeyError' });
  const list: ListProxy = await manager.list([3, 1, 2]);
  await list.sort();
  assert.deepEqual(await list.slice(), [1, 2, 3]);
  await assert.rejects(list.at(9), { name: 'IndexError' });
  const queue = await manager.Queue(1);
  const waiting = queue.get();
  await queue.put({ x: 2n ** 80n });
  assert.deepEqual(await waiting, { x: 2n ** 80n });
  await assert.rejects(queue.get({ timeout: 5 }), { name: 'Empty' });
  const lock = await manager.Lock();
  assert.deepEqual([await lock.acquire(), await lock.acquire({ block: false })], [true, false]);
  await lock.release();
  await assert.rejects(lock.release(), { name: 'RuntimeError' });
  const event = await manager.Event();
  const waited = event.wait();
  await event.set();
  assert.equal(await waited, true);
  const rlock = await manager.RLock();
  assert.deepEqual([await rlock.acquire(), await rlock.acquire()], [true, true]);
  await rlock.release();
  await rlock.release();
  const calculator = await manager.create<Calculator & { echo(value: unknown): unknown }>('Calculator');
  assert.equal(await calculator.add(2, 3), 5);
  await assert.rejects(calculator.fail(), { name: 'ValueError', message: 'bad value' });
  assert.deepEqual(await calculator.echo({ deep: [Object.freeze([1, 'two'])] }), { deep: [[1, 'two']] });
}

/** The programs of the page, each server followed by its clients; what a client prints stands behind its calls. */
function programsOfPage(): { language: string; text: string; isServer: boolean; prints: string }[] {
  const page = readFileSync(join(root, 'docs/python-interop.md'), 'utf8');
  return [...page.matchAll(/```(ts|py)\n([^]*?)```/g)].map(([, language, text]) => ({
    language: language!,
    text: text!,
    isServer: /serve_?forever/i.test(text!),
    prints: [...text!.matchAll(/\b(?:print|console\.log)\(.*(?:# |\/\/ )(.*)/g)]
      .map(([, line]) => `${line}\n`)
      .join(''),
  }));
}

test(`the programs of docs/python-interop.md (CPython ${listed})`, needsPython(), async () => {
  const programs = programsOfPage();
  assert.equal(programs.filter(({ isServer }) => isServer).length, 3);
  for (const { path } of pythons) {
    let running: RunningProgram | undefined;
    try {
      for (const [place, { language, text, isServer, prints }] of programs.entries()) {
        const name = `program${place}.${language}`;
        using folder = programFolder({ [name]: text });
        const options =
          language === 'py'
            ? { node: path, env: { PYTHONUNBUFFERED: '1' } }
            : { execArgv: ['--import', 'tsx'], cwd: folder.path };
        if (isServer) {
          await running?.[Symbol.asyncDispose]();
          running = startProgram(folder.file(name), options);
          await running.output('ready');
        } else {
          const { stdout, stderr } = await runProgram(folder.file(name), options);
          assert.deepEqual([stdout, stderr], [prints, ''], text);
          assert.notEqual(prints, '');
        }
      }
    } finally {
      await running?.[Symbol.asyncDispose]();
    }
  }
});
