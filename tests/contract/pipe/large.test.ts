/**
 * Messages that are as large as they like: MANYFOLD_LARGE_BYTES says how large. Beyond 2 GB some things in Node and in the
 * system count differently, so it is to be run with 2500000000 and 4200000000 now and then; that takes some times the memory.
 */

import assert from 'node:assert/strict';
import { test as single } from 'node:test';
import { Pipe as OwnPipe } from 'manyfold';
import { eachMethod } from '../../support/methods.js';

const LARGE = Number(process.env['MANYFOLD_LARGE_BYTES'] ?? 48 * 2 ** 20);

/** Bytes of which a few are not 0: at the ends, and around where a number of 32 bits runs over. */
const places = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, LARGE - 2, LARGE - 1].filter((at) => at < LARGE);

function makeLarge(): Uint8Array {
  const bytes = new Uint8Array(LARGE);
  for (const [number, place] of places.entries()) bytes[place] = number + 1;
  return bytes;
}

function look(bytes: Uint8Array): string {
  return [bytes.length, ...places.map((place) => bytes[place])].join(' ');
}

eachMethod(
  ['forkserver', 'spawn'],
  { thread: 'what it sends goes the way of a process: about size alone', coroutine: 'it gets the very buffer' },
  (_method, context, test) => {
    const { Pipe, Process, Queue } = context;

    test('a message of any size, by value and as bytes, blocking and awaiting, through a pipe and a queue', async () => {
      const [here, there] = Pipe<unknown, string>();
      const queue = new Queue<{ bytes: Uint8Array }>();
      const child = new Process({
        target: async () => {
          await there.send(look(((await there.recv()) as { bytes: Uint8Array }).bytes));
          there.sendSync(look((there.recvSync() as { bytes: Uint8Array }).bytes));
          await there.send(look(await there.recvBytes()));
          there.sendSync(look(there.recvBytesSync()));
          await there.send(look((await queue.get()).bytes));
        },
      });
      await child.start();
      const bytes = makeLarge();
      const wanted = look(bytes);
      await here.send({ bytes });
      assert.equal(await here.recv(), wanted);
      here.sendSync({ bytes });
      assert.equal(await here.recv(), wanted);
      await here.sendBytes(bytes);
      assert.equal(await here.recv(), wanted);
      here.sendBytesSync(bytes);
      assert.equal(await here.recv(), wanted);
      await queue.put({ bytes });
      assert.equal(await here.recv(), wanted);
      await child.join();
      here.close();
      there.close();
    });
  },
);

single('a message longer than 4 GB fails at the call', () => {
  const [here, there] = OwnPipe();
  // Nothing is written there, so it takes address space only.
  const half = new Uint8Array(2 ** 31);
  assert.throws(() => here.sendSync([half, new Uint8Array(2 ** 31)]), {
    name: 'PicklingError',
    code: 'ERR_PICKLE_TOO_LONG',
  });
  assert.equal(there.pollSync(), false);
  here.close();
  there.close();
});

const MESSAGES = 1000;
const PAGES = 2 ** 20 / 4096; // of each

single('the memory of long messages that nobody has any more is used for the next ones', () => {
  const [here, there] = OwnPipe();
  const megabyte = new Uint8Array(2 ** 20);
  const pass = (times: number) => {
    for (let number = 0; number < times; number++) {
      here.sendBytesSync(megabyte);
      assert.equal(there.recvBytesSync().length, megabyte.length);
    }
  };
  pass(200);
  const before = process.resourceUsage().minorPageFault;
  pass(MESSAGES);
  const faults = (process.resourceUsage().minorPageFault - before) / MESSAGES;
  // A collection that comes late takes new ones for those until then: on Node 24 and 26, up to 75 messages now and then.
  assert.ok(faults < PAGES / 2, `${faults} new pages for each message of ${PAGES}`);
  here.close();
  there.close();
});
