import { BaseManager, SyncManager, type DictProxy, type Remote } from 'manyfold/managers';
import { equal } from './expect.js';

class Counter {
  readonly step = 1;
  add(n: number): number {
    return n + this.step;
  }
  async later(text: string): Promise<string> {
    return text;
  }
}

class Counters extends BaseManager {}
Counters.register('Counter', Counter);
Counters.register('Made', () => new Counter(), { exposed: ['add'] });
// @ts-expect-error a type is a class or a function
Counters.register('Wrong', 1);

export async function classes(manager: Counters): Promise<void> {
  const counter: Remote<Counter> = await manager.create<Counter>('Counter');
  equal<Promise<number>, ReturnType<typeof counter.add>>();
  equal<number, ReturnType<typeof counter.addSync>>();
  equal<Promise<string>, ReturnType<typeof counter.later>>();
  equal<string, ReturnType<typeof counter.laterSync>>();
  // @ts-expect-error its argument is a number
  await counter.add('1');
  // @ts-expect-error what is no method stays at the server
  void counter.step;
  const sum = await counter.transaction((own, n: number) => own.add(n), 2);
  equal<number, typeof sum>();
}

export async function collections(manager: SyncManager): Promise<void> {
  const dict: DictProxy = await manager.dict({ a: 1 });
  equal<Promise<boolean>, ReturnType<typeof dict.has>>();
  equal<boolean, ReturnType<typeof dict.hasSync>>();
  const size = await dict.transaction((own) => own.size());
  equal<number, typeof size>();
  const queue = await manager.Queue();
  await queue.get({ timeout: 10, signal: new AbortController().signal });
  // @ts-expect-error milliseconds are a number
  await queue.get({ timeout: '1' });
}
