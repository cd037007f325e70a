import { readParcel } from '../memory/parcel.js';
import { decode } from '../codec/decode.js';
import { pack, unpack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { MaybeEncodingError } from '../errors.js';
import { waitAsync } from '../sync/await.js';
import { waitSync, type Waitable } from '../sync/wait.js';
import { BROKEN, DONE, FAILED, jobOf, kindOf, MAP, STOP, type Share } from './share.js';

type Target = (...args: unknown[]) => unknown;

/** What a worker starts with. */
export interface Assignment {
  readonly share: Share;
  /** Which of the hands is its own. */
  readonly worker: number;
  readonly initializer: Target | undefined;
  readonly initargs: readonly unknown[];
  /** How many tasks it does before it ends and another takes its place. */
  readonly maxTasks: number;
}

// While tasks come without a pause, the event loop still gets its turn this often, in milliseconds.
const TURN = 5;

// A task that follows at once finds its worker awake in the kernel, which takes microseconds; then the loop takes over.
const DOZE = 0.2;

/** The life of a pool's worker: takes one task after the other, until it is told to stop. */
export async function work({ share, worker, initializer, initargs, maxTasks }: Assignment): Promise<void> {
  try {
    await initializer?.(...initargs);
  } catch (error) {
    share.results.put(packError(error), worker, BROKEN);
    return;
  }
  const hand = share.hand(worker);
  share.empty(worker);
  const tasks: Waitable<Taken> = {
    line: share.tasks.messages,
    cares: false,
    newestFirst: true,
    attempt: () => share.tasks.take(hand),
  };
  const tasksToKeep: Waitable<Taken> = { ...tasks, attempt: () => share.tasks.takeToKeep(hand) };
  let turned = performance.now();
  for (let done = 0; done < maxTasks; done++) {
    const task = waitSync(tasks, DOZE) ?? (await waitAsync(tasksToKeep))!;
    if (kindOf(task.note) === STOP) break;
    const running = perform(task);
    const outcome = running instanceof Promise ? await running : running;
    send(share, task.number, outcome);
    share.empty(worker);
    if (performance.now() - turned < TURN) continue;
    await new Promise(setImmediate);
    turned = performance.now();
  }
  share.empty(worker);
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A promise only where something has to be awaited: that costs more than a small task. */
function perform(task: Taken): Outcome | Promise<Outcome> {
  try {
    const kind = kindOf(task.note);
    const target = targetOf(jobOf(task.note), task.tag);
    const message = unpack(task);
    if (target instanceof Promise || message instanceof Promise) return performLater(kind, target, message);
    const value = run(kind, target, message as unknown[]);
    return value instanceof Promise ? settle(value) : { value };
  } catch (error) {
    return { error };
  }
}

async function performLater(kind: number, target: Target | Promise<Target>, message: unknown): Promise<Outcome> {
  try {
    return { value: await run(kind, await target, (await message) as unknown[]) };
  } catch (error) {
    return { error };
  }
}

async function settle(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

function run(kind: number, target: Target, message: unknown[]): unknown {
  if (kind !== MAP) return thenable(target(...message));
  const values = new Array<unknown>(message.length);
  for (let place = 0; place < message.length; place++) {
    const value = thenable(target(message[place]));
    if (value instanceof Promise) return mapLater(target, message, values, place, value);
    values[place] = value;
  }
  return values;
}

async function mapLater(
  target: Target,
  items: unknown[],
  values: unknown[],
  place: number,
  first: Promise<unknown>,
): Promise<unknown[]> {
  values[place] = await first;
  for (let next = place + 1; next < items.length; next++) values[next] = await target(items[next]);
  return values;
}

/** Other people's promises as our own, so that `instanceof` finds them. */
function thenable(value: unknown): unknown {
  const awaits =
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
  return awaits && !(value instanceof Promise) ? Promise.resolve(value) : value;
}

function send(share: Share, number: number, outcome: Outcome): void {
  if ('value' in outcome) {
    try {
      share.results.put(pack(outcome.value), number, DONE);
      return;
    } catch (error) {
      outcome = {
        error: new MaybeEncodingError(
          'ERR_RESULT_CANNOT_TRAVEL',
          `the task's result cannot travel: ${(error as Error).message}`,
        ),
      };
    }
  }
  share.results.put(packError(outcome.error), number, FAILED);
}

function packError(error: unknown): Uint8Array {
  try {
    return pack(error);
  } catch {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    return pack(
      new MaybeEncodingError('ERR_ERROR_CANNOT_TRAVEL', `the task failed with an error that cannot travel: ${text}`),
    );
  }
}

/** The functions of jobs, read once. A few are kept, since a pool's tasks mostly call the same ones. */
const targets = new Map<number, Target | Promise<Target>>();
const TARGETS_KEPT = 64;

function targetOf(job: number, parcel: number): Target | Promise<Target> {
  return targets.get(job) ?? readTarget(job, parcel);
}

function readTarget(job: number, parcel: number): Target | Promise<Target> {
  const target = readParcel(parcel, (bytes) => decode(bytes)) as Target | Promise<Target>;
  keepTarget(job, target);
  if (target instanceof Promise) {
    target.then(
      (read) => keepTarget(job, read),
      () => targets.delete(job),
    );
  }
  return target;
}

function keepTarget(job: number, target: Target | Promise<Target>): void {
  targets.set(job, target);
  if (targets.size > TARGETS_KEPT) targets.delete(targets.keys().next().value!);
}
