import v8 from 'node:v8';
import vm from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc') as () => void;

/** Collects garbage, with turns of the event loop in between: a WeakRef holds its target for one. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await sleep(1);
    gc();
  }
}
