import type { Payload } from '../closure/payload.js';
import { decode } from '../codec/decode.js';
import { encodeCaptured } from '../codec/encode.js';
import { header } from '../memory/program.js';
import { indexOf, isGone, self, slotBase, CREATOR } from '../memory/slots.js';
import { startTimeOf } from '../system/life.js';
import { adoptProcess } from './current.js';
import { duringBoot } from './bootstrapping.js';
import type { BootRecord, Luggage } from './record.js';
import { reseedMathRandom } from './random.js';

const ROUNDS = 20;

/**
 * Runs in the fork server through what every child will run first, so that it is compiled once, there. Without this each
 * child spends more on it than on all the rest of its start.
 */
export async function rehearse(): Promise<void> {
  const message = encodeCaptured(sample).slice();
  for (let round = 0; round < ROUNDS; round++) {
    reseedMathRandom();
    startTimeOf(process.pid);
    isGone(header()[slotBase(indexOf(self())) + CREATOR]!);
    const luggage = (await duringBoot(() => decode(message))) as Luggage;
    await adoptProcess(record, luggage).run();
  }
}

const record: BootRecord = {
  name: 'rehearsal',
  daemon: false,
  identity: [1],
  authkey: new Uint8Array(32),
  method: 'forkserver',
  cwd: '/',
  parent: { name: 'MainProcess', pid: 0, id: 0 },
  target: undefined,
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
