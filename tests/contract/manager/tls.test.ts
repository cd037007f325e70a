/** Managers over an encrypted network. */

import assert from 'node:assert/strict';
import { SyncManager, type ListProxy } from 'manyfold/managers';
import { makeCertificate, needsOpenssl, type Certificate } from '../../support/certificates.js';
import { eachMethod } from '../../support/methods.js';

const authkey = Buffer.from('secret');
const gone = { name: /^(EOFError|OSError)$/ };
let made: Certificate | undefined;
const certificate = (): Certificate => (made ??= makeCertificate());

class Killable extends SyncManager {}
Killable.register('Pid', () => ({ pid: () => process.pid }));

eachMethod(
  ['forkserver', 'spawn'],
  { thread: 'a server is a process', coroutine: 'a server is a process' },
  (_method, context, test) => {
    const { Process } = context;

    test(
      'a server and its clients, awaiting and blocking, also those that a proxy travels to',
      needsOpenssl(),
      async () => {
        await using manager = new Killable({ context, address: ['127.0.0.1', 0], authkey, tls: certificate() });
        await manager.start();
        const { address } = manager;
        const tls = { ca: certificate().cert };
        await using client = new Killable({ address, authkey, tls });
        await client.connect();
        await using blocking = new Killable({ address, authkey, tls });
        blocking.connectSync();
        const dict = await client.dict({ a: 1 });
        const list = blocking.listSync([1]);
        await dict.set('list', list);
        assert.deepEqual(((await dict.get('list')) as ListProxy).copySync(), [1]);
        const child = new Process({
          target: async () => {
            list.appendSync(2);
            await dict.set('b', await list.length());
          },
        });
        await child.start();
        await child.join();
        assert.equal(child.exitCode, 0);
        assert.deepEqual([await dict.get('b'), await list.copy()], [2, [1, 2]]);
        const queue = await client.Queue();
        const waiting = queue.get();
        queue.putSync('item');
        assert.equal(await waiting, 'item');

        const stranger = new Killable({ address, authkey, tls: { ca: makeCertificate().cert } });
        await assert.rejects(stranger.connect(), { name: 'AuthenticationError', code: 'ERR_TLS_CERTIFICATE' });
        assert.throws(() => stranger.connectSync(), { name: 'AuthenticationError', code: 'ERR_TLS_CERTIFICATE' });
        const wrong = new Killable({ address, authkey: Buffer.from('wrong'), tls });
        await assert.rejects(wrong.connect(), { name: 'AuthenticationError', code: 'ERR_AUTHENTICATION_REJECTED' });
        assert.throws(() => new Killable({ tls: 'none' as never }), { code: 'ERR_TLS_OPTIONS' });

        const pid = await (await client.create<{ pid(): number }>('Pid')).pid();
        const last = assert.rejects(queue.get(), gone);
        await queue.qsize();
        process.kill(pid, 'SIGKILL');
        await last;
        await assert.rejects(dict.size(), gone);
        assert.throws(() => list.copySync(), gone);
      },
    );
  },
);
