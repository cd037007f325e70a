import type { Payload } from '../closure/payload.js';
import { encode, encodeCaptured } from '../codec/encode.js';
import { header } from '../memory/program.js';
import { indexOf, isGone, self, slotBase, CREATOR } from '../memory/slots.js';
import { startTimeOf } from '../system/life.js';
import { adoptProcess } from './current.js';
import { duringBoot } from './bootstrapping.js';
import { readRecord } from './record.js';
import { reseedMathRandom } from './random.js';

const ROUNDS = 20;

/**
 * Runs in the fork server through what every child will run first, so that it is compiled once, there. Without this each
 * child spends more on it than on all the rest of its start.
 */
export async function rehearse(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    reseedMathRandom();
    startTimeOf(process.pid);
    isGone(header()[slotBase(indexOf(self())) + CREATOR]!);
    for (const message of samples()) {
      const { record, target } = await duringBoot(() => readRecord(message));
      await adoptProcess(record, target).run();
    }
  }
}

/** Boot records as children get them: with a closure in the graph, and with a function apart from plain arguments. */
function samples(): Uint8Array[] {
  const target = encodeCaptured({ ...sample, root: [3] }).slice();
  const plain = { name: 'rehearsal', daemon: false, identity: [1], authkey: new Uint8Array(32), method: 'forkserver' };
  const parent = { name: 'MainProcess', pid: 0, id: 0 };
  return [encodeCaptured(sample).slice(), encode({ ...plain, target, args: ['x'], cwd: '/', parent, subclass: undefined }).slice()];
}

const sample: Payload = {
  root: [0],
  nodes: [
    [
      'object',
      {
        keys: ['name', 'daemon', 'identity', 'authkey', 'method', 'target', 'args', 'cwd', 'parent', 'subclass'],
        slots: ['rehearsal', false, [1], [2], 'forkserver', [3], [4], '/', [5], undefined],
      },
    ],
    ['array', 1, [1]],
    ['buffer', new Uint8Array(32)],
    ['function', { env: 1, text: '(a) => b.sep + c + a', line: 0, column: 0, kind: 'expression', name: 'target', strict: true }],
    ['array', 1, ['x']],
    ['object', { keys: ['name', 'pid', 'id'], slots: ['MainProcess', 0, 0] }],
  ],
  envs: [
    { parent: -1, script: 0, names: [], slots: [], imports: [['b', 0, 'default']] },
    { parent: 0, script: 0, names: ['c'], slots: [1] },
  ],
  scripts: [{ address: 'file:///rehearsal.js' }],
  imports: [{ specifier: 'node:path', parent: '', kind: 'esm' }],
};
