import type { Payload } from '../closure/payload.js';
import { encodePayload } from '../codec/encode.js';
import { LUGGAGE, self } from '../memory/slots.js';
import { rehearseLeaving } from './leave.js';
import { checkIn, dropRecord, writeRecord, type BootRecord } from './record.js';

const ROUNDS = 20;

/**
 * Has the fork server live through the life of a child, from its boot to the last step of its end, so that everything on
 * the way is compiled once, there. Without this each child spends more on it than on all the rest of its life.
 */
export async function rehearse(live: () => void): Promise<void> {
  const target = encodePayload(constant).slice();
  const luggage = encodePayload(sample).slice();
  for (let round = 0; round < ROUNDS; round++) {
    rehearseTarget(); // first: each child would find on its event loop what the last one leaves there
    // One child has luggage and tells of its end, the next one does not.
    const packed = round % 2 === 0;
    if (packed) checkIn(self(), LUGGAGE, luggage);
    if (packed) process.once('exit', () => {});
    writeRecord(self(), { ...record, cwd: process.cwd() }, packed ? undefined : target);
    await rehearseLeaving(live);
    dropRecord(self());
  }
}

/** What most targets do: they look at the clock, be it that they wait for something, and print. */
function rehearseTarget(): void {
  performance.now();
  const { Console } = process.getBuiltinModule('node:console');
  const { PassThrough } = process.getBuiltinModule('node:stream');
  new Console(new PassThrough()).log('%s:', 'rehearsal', { rounds: [ROUNDS] });
}

const record: BootRecord = {
  name: 'rehearsal',
  daemon: false,
  identity: [1],
  authkey: new Uint8Array(32),
  method: 'forkserver',
  cwd: '',
  log: { level: 0, toStderr: false },
  parent: { name: 'MainProcess', pid: 0, id: 0 },
};

/** A target that captures nothing. */
const constant: Payload = {
  root: [0],
  nodes: [
    ['function', { env: 0, text: '() => {}', line: 0, column: 0, kind: 'expression', name: 'target', strict: true }],
  ],
  envs: [{ parent: -1, script: 0, names: [], slots: [], imports: [] }],
  scripts: [{ address: 'file:///rehearsal.js' }],
  imports: [],
};

/** The luggage of a child: a closure with a variable and an import, and an argument. */
const sample: Payload = {
  root: [0],
  nodes: [
    [
      'object',
      {
        keys: ['target', 'args', 'subclass'],
        slots: [[1], [2], undefined],
      },
    ],
    [
      'function',
      { env: 1, text: '(a) => b.sep + c + a', line: 0, column: 0, kind: 'expression', name: 'target', strict: true },
    ],
    ['array', 1, ['x']],
  ],
  envs: [
    { parent: -1, script: 0, names: [], slots: [], imports: [['b', 0, 'default']] },
    { parent: 0, script: 0, names: ['c'], slots: [1] },
  ],
  scripts: [{ address: 'file:///rehearsal.js' }],
  imports: [{ specifier: 'node:path', parent: '', kind: 'esm' }],
};
