import { unpack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import type { Outcome } from './outcome.js';
import { APPLY, isTimed, jobOf, kindOf, MAP, STARSTREAM, STREAM } from './share.js';
import { drain, isStream, type Send } from './yields.js';
import { targetOf, type Target } from './targets.js';
import { now } from '../system/clock.js';
import type { Ticket } from './ticket.js';

/** Runs a task. A promise only where something has to be awaited: that costs more than a small task. */
export function perform(task: Taken, ticket: Ticket, send: Send): Outcome | Promise<Outcome> {
  try {
    const work: Work = { kind: kindOf(task.note), send, timer: isTimed(task.note) ? ticket : undefined };
    const target = targetOf(jobOf(task.note), ticket.job);
    const message = unpack(task);
    if (target instanceof Promise || message instanceof Promise) return settle(runLater(work, target, message));
    const value = run(work, target, message as unknown[]);
    return value instanceof Promise ? settle(value) : { value };
  } catch (error) {
    return { error };
  }
}

/** How a task is to be run. */
export interface Work {
  readonly kind: number;
  /** Sends what it yields. */
  readonly send: Send;
  /** Where it is to be noted when an item begins. */
  readonly timer: { startedAt: number } | undefined;
}

async function runLater(work: Work, target: Target | Promise<Target>, message: unknown): Promise<unknown> {
  return run(work, await target, (await message) as unknown[]);
}

async function settle(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** Runs what a task consists of; also for a pool that runs its tasks inline. */
export function run(work: Work, target: Target, message: unknown[]): unknown {
  const { kind } = work;
  if (kind === APPLY) return thenable(target(...message));
  const values: unknown[] = [];
  for (let place = 0; place < message.length; place++) {
    const value = callWith(work, target, message[place]);
    if (value instanceof Promise || (yields(kind) && isStream(value)))
      return runRest(work, target, message, values, value);
    values.push(value);
  }
  return values;
}

function yields(kind: number): boolean {
  return kind === STREAM || kind === STARSTREAM;
}

/** From the first item on for which something has to be awaited. */
async function runRest(
  work: Work,
  target: Target,
  items: unknown[],
  values: unknown[],
  first: unknown,
): Promise<unknown[]> {
  for (let place = values.length, value = first; ; value = callWith(work, target, items[place])) {
    const settled = await value;
    if (yields(work.kind) && isStream(settled)) values = await drain(settled, values, work.send);
    else values.push(settled);
    if (++place >= items.length) return values;
  }
}

function callWith({ kind, timer }: Work, target: Target, item: unknown): unknown {
  if (timer) timer.startedAt = now();
  const value = kind === MAP || kind === STREAM ? target(item) : target(...(item as unknown[]));
  return thenable(value);
}

/** Other people's promises as our own, so that `instanceof` finds them. */
function thenable(value: unknown): unknown {
  const awaits =
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
  return awaits && !(value instanceof Promise) ? Promise.resolve(value) : value;
}
