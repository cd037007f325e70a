import { Manager, type DictProxy } from 'manyfold/managers';
import { cpython, ours, secondsEach, type Row } from '../row.js';

/** One call after the other. */
export const managerSet: Row = {
  id: 'manager',
  title: "A key set in a manager's dict",
  shown: 'time',
  contestants: [
    ours('blocking', [], (times) =>
      withDict((dict) => {
        const count = times(20_000);
        for (let i = 0; i < warmUp; i++) dict.setSync('key', i);
        return secondsEach(count, () => {
          for (let i = 0; i < count; i++) dict.setSync('key', i);
        });
      }),
    ),
    ours('awaiting', [], (times) =>
      withDict(async (dict) => {
        const count = times(20_000);
        for (let i = 0; i < warmUp; i++) await dict.set('key', i);
        return secondsEach(count, async () => {
          for (let i = 0; i < count; i++) await dict.set('key', i);
        });
      }),
    ),
    cpython('manager_set'),
  ],
};

/** Many calls that are under way at a time; CPython has them one by one, in each of its threads. */
export const managerPipelined: Row = {
  id: 'manager-pipelined',
  title: "Calls of a manager's dict, a thousand at a time",
  shown: 'rate',
  contestants: [
    ours('awaiting', [], (times) =>
      withDict(async (dict) => {
        const count = times(100_000);
        await pipelined(dict, warmUp);
        return secondsEach(count, () => pipelined(dict, count));
      }),
    ),
    cpython('manager_set'),
  ],
};

const warmUp = 2000;
const AT_A_TIME = 1000;

async function pipelined(dict: DictProxy, count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_A_TIME)
    await Promise.all(Array.from({ length: AT_A_TIME }, (_, i) => dict.set('key', i)));
}

async function withDict(measure: (dict: DictProxy) => Promise<number>): Promise<number> {
  await using manager = await Manager();
  return await measure(await manager.dict());
}
