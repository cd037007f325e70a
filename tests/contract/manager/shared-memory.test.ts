/** Named memory that ends with its manager. */

import assert from 'node:assert/strict';
import { SharedMemoryManager } from 'manyfold/managers';
import { ShareableList, SharedMemory } from 'manyfold/shared-memory';
import { because, eachMethod } from '../../support/methods.js';

eachMethod(['forkserver', 'spawn', 'thread'], { coroutine: because.oneThread }, (_method, context, test) => {
  test('shared_memory-013 what is made by a manager is gone when it is', async () => {
    const manager = new SharedMemoryManager({ context });
    await assert.rejects(manager.SharedMemory(10), { name: 'ValueError', code: 'ERR_MANAGER_NOT_STARTED' });
    assert.throws(() => manager.ShareableListSync([1]), { name: 'ValueError' });
    await manager.start();
    const memory = await manager.SharedMemory(32);
    const list = manager.ShareableListSync(['howdy', 1]);
    const name = memory.name!;
    using other = new SharedMemory({ name });
    other.buf![0] = 7;
    assert.equal(memory.buf![0], 7);
    assert.equal(new ShareableList(null, { name: list.shm.name! })[0], 'howdy');
    await manager.shutdown();
    assert.throws(() => new SharedMemory({ name }), { name: 'FileNotFoundError' });
    assert.throws(() => new ShareableList(null, { name: list.shm.name! }), { name: 'FileNotFoundError' });
    await assert.rejects(manager.SharedMemory(10), { name: 'ValueError' });
  });

  test('shared_memory-011 its process survives SIGINT', { not: { thread: because.threadsShare } }, async () => {
    class Known extends SharedMemoryManager {}
    Known.register('Pid', () => ({ pid: () => process.pid }));
    await using manager = new Known({ context });
    await manager.start();
    const server = await manager.create<{ pid(): number }>('Pid');
    process.kill(await server.pid(), 'SIGINT');
    const memory = await manager.SharedMemory(16);
    memory.unlink(); // before its manager does
    assert.ok((await server.pid()) > 0);
  });
});
