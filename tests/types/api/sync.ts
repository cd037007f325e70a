import { asOwner, Barrier, BoundedSemaphore, Condition, Event, findDeadlocks, Lock, RLock, Semaphore } from 'manyfold';
import { equal } from './expect.js';

export async function holdables(): Promise<void> {
  for (const each of [
    new Lock({ recover: true }),
    new RLock(),
    new Semaphore(2),
    new BoundedSemaphore(),
    new Condition(),
  ]) {
    equal<Promise<boolean>, ReturnType<typeof each.acquire>>();
    equal<boolean, ReturnType<typeof each.acquireSync>>();
    using held = await each.hold();
    void held;
    each.holdSync()[Symbol.dispose]();
  }
  // @ts-expect-error a timeout is an option
  await new Lock().acquire(10);
  // @ts-expect-error recover is a boolean
  new RLock({ recover: 1 });
}

export async function conditions(): Promise<void> {
  const condition = new Condition(new Lock());
  equal<Promise<boolean>, ReturnType<typeof condition.wait>>();
  equal<string, Awaited<ReturnType<typeof condition.waitFor<Promise<string>>>>>();
  const found = condition.waitForSync(() => [1, 2].find((n) => n > 1));
  equal<number | undefined, typeof found>();
  // @ts-expect-error a semaphore is no lock
  new Condition(new Semaphore());
}

export async function events(): Promise<void> {
  equal<boolean, Awaited<ReturnType<Event['wait']>>>();
  // @ts-expect-error a wait has no block
  await new Event().wait({ block: false });
  const barrier = new Barrier(2, { action: () => {}, timeout: 10 });
  equal<number, Awaited<ReturnType<typeof barrier.wait>>>();
  // @ts-expect-error the action is an option
  new Barrier(2, () => {});
}

export async function owners(): Promise<void> {
  const result = asOwner(async (a: number, b: string) => a + b.length, 1, 'b');
  equal<Promise<number>, typeof result>();
  // @ts-expect-error there are two arguments
  await asOwner(async (a: number, b: string) => a + b.length, 1);
  for (const { certain, waits } of findDeadlocks()) {
    equal<boolean, typeof certain>();
    equal<string | undefined, (typeof waits)[number]['stack'] | undefined>();
    equal<string | undefined, (typeof waits)[number]['heldBy'][number]['stack']>();
  }
}
