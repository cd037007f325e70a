import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { FileExistsError, FileNotFoundError, pruneSharedMemory, SharedMemory } from 'manyfold/shared-memory';
import { areBlocksBack, settledBlocks } from '../../support/blocks.js';
import { eachMethod } from '../../support/methods.js';
import { python } from '../../support/python.js';

let names = 0;
const fresh = () => `test-${process.pid}-${++names}`;

eachMethod(['forkserver', 'spawn', 'thread', 'coroutine'], (_method, context, test) => {
  const { Process, Queue } = context;

  test('shared_memory-001 shared_memory-004 created, used, unlinked, and unlinked once more', () => {
    const name = fresh();
    const memory = new SharedMemory({ name, create: true, size: 512 });
    assert.deepEqual([memory.name, memory.size, memory.buf!.length], [name, 512, 512]);
    memory.buf![0] = 42;
    assert.equal(new SharedMemory({ name }).buf![0], 42);
    assert.equal(String(memory), `SharedMemory('${name}', size=512)`);
    assert.throws(() => new SharedMemory({ name, create: true, size: 512 }), FileExistsError);
    memory.close();
    memory.unlink();
    assert.throws(() => memory.unlink(), FileNotFoundError);
    assert.throws(() => memory.unlink(), { code: 'ERR_FILE_NOT_FOUND' });
    assert.throws(() => new SharedMemory({ name }), FileNotFoundError);
  });

  test('shared_memory-005 without a name it gets one of its own, which says whose it is', () => {
    const all = Array.from({ length: 20 }, () => new SharedMemory({ create: true, size: 1 }));
    assert.equal(new Set(all.map(({ name }) => name)).size, 20);
    for (const { name } of all)
      assert.match(name!, new RegExp(`^manyfold\\.\\d+\\.${process.pid}\\.\\d+\\.[0-9a-f]{8}$`));
    assert.deepEqual(pruneSharedMemory(), []);
    for (const memory of all) memory.unlink();
  });

  test('shared_memory-006 sizes and names that are none are refused, and leave nothing', () => {
    for (const size of [-1, 0, undefined, 1.5, NaN])
      assert.throws(() => new SharedMemory({ create: true, size: size as number }), { code: 'ERR_SHARED_MEMORY_SIZE' });
    assert.throws(() => new SharedMemory(), { code: 'ERR_SHARED_MEMORY_NAME', message: /'name' can only be missing/ });
    for (const name of ['', '/', '..', 'a/b', 'a\0b', 5])
      assert.throws(() => new SharedMemory({ name: name as string, create: true, size: 1 }), {
        code: 'ERR_SHARED_MEMORY_NAME',
      });
    assert.throws(() => new SharedMemory({ create: 'yes' as never }), {
      code: 'ERR_SHARED_MEMORY_OPTIONS',
      name: 'TypeError',
    });
  });

  test('resource_tracker-006 resource_tracker-011 names with colons and newlines are names, too long ones are not', () => {
    for (const part of ['a:b', ':a', 'a:', 'a\nb', ':::', 'ä ü %41']) {
      const memory = new SharedMemory({ name: `${fresh()}${part}`, create: true, size: 8 });
      assert.equal(new SharedMemory({ name: memory.name }).size, 8);
      memory.unlink();
    }
    assert.throws(() => new SharedMemory({ name: 'x'.repeat(256), create: true, size: 1 }), {
      code: 'ERR_SHARED_MEMORY_NAME',
    });
  });

  test('shared_memory-008 shared_memory-010 a child attaches by name, or receives the object', async () => {
    const memory = new SharedMemory({ create: true, size: 16 });
    const anonymous = SharedMemory.anonymous(2_000_000);
    const { name } = memory;
    const byName = new Process({
      target: () => void Buffer.from(new SharedMemory({ name }).buf!.buffer).write('howdy'),
    });
    await byName.start();
    await byName.join();
    assert.equal(Buffer.from(memory.buf!.subarray(0, 5)).toString(), 'howdy');
    const queue = new Queue<SharedMemory[]>();
    const received = new Process({
      target: async () => {
        for (const one of await queue.get()) one.buf![one.size - 1] = one.buf![5]! + 1;
      },
    });
    await received.start();
    memory.buf![5] = anonymous.buf![5] = 9;
    await queue.put([memory, anonymous]);
    await received.join();
    assert.deepEqual([memory.buf!.at(-1), anonymous.buf!.at(-1), anonymous.name], [10, 10, null]);
    memory.unlink();
  });

  test('shared_memory-009 one that has been unlinked meanwhile cannot be received', async () => {
    const memory = new SharedMemory({ create: true, size: 1 });
    const queue = new Queue<SharedMemory>();
    await queue.put(memory);
    memory.unlink();
    await assert.rejects(queue.get(), FileNotFoundError);
  });

  test('shared_memory-017 close detaches this object, unlink takes the name, and the memory lives until the last one', async () => {
    using first = new SharedMemory({ create: true, size: 8 });
    const second = new SharedMemory({ name: first.name });
    const view = first.buf!;
    first.close();
    assert.equal(first.buf, null);
    second.buf![0] = 7;
    second.unlink();
    second.buf![1] = 8;
    assert.deepEqual([...view.subarray(0, 2)], [7, 8]);
    await assert.rejects(new Queue().put(first), { code: 'ERR_SHARED_MEMORY_CLOSED' });
  });

  test('shared_memory-015 what is not tracked stays when the program ends', () => {
    const name = fresh();
    const memory = new SharedMemory({ name, create: true, size: 8, track: false });
    assert.ok(fs.existsSync(`/dev/shm/${name}`));
    assert.ok(!fs.readdirSync('/dev/shm').some((other) => other.includes(`.${process.pid}.`)));
    memory.unlink();
    const other = new SharedMemory({ create: true, size: 8, track: false });
    assert.match(other.name!, /^psm_/);
    other.unlink();
  });

  test('anonymous memory is given back when nobody refers to it', async () => {
    const before = await settledBlocks();
    (() => {
      for (const size of [10, 5_000_000]) SharedMemory.anonymous(size).buf![size - 1] = 1;
    })();
    assert.ok(await areBlocksBack(before));
    assert.equal(String(SharedMemory.anonymous(3)), 'SharedMemory(None, size=3)');
  });

  test(
    'Python opens what was made here, and the other way round',
    { skip: python === undefined && 'there is no python3' },
    () => {
      const memory = new SharedMemory({ create: true, size: 8 });
      memory.buf![0] = 5;
      const run = (text: string) =>
        execFileSync(python!, ['-c', `from multiprocessing import resource_tracker as t, shared_memory as m\n${text}`])
          .toString()
          .trim();
      const answer = run(`
s = m.SharedMemory('${memory.name}'); t.unregister(s._name, 'shared_memory')
s.buf[1] = s.buf[0] + 1; print(s.size)`);
      assert.deepEqual([answer, memory.buf![1]], ['8', 6]);
      memory.unlink();
      const name = run(`
s = m.SharedMemory(create=True, size=100); s.buf[99] = 77; t.unregister(s._name, 'shared_memory'); print(s.name)`);
      const theirs = new SharedMemory({ name });
      assert.deepEqual([theirs.size, theirs.buf![99]], [100, 77]);
      theirs.unlink();
    },
  );
});
