import type { Worker } from 'node:worker_threads';
import { EXIT, hasEnded, isGone, readSlot } from '../memory/slots.js';
import { inForkedChild } from '../system/generation.js';
import type { Thread } from './thread.js';

export type Target = (...args: never[]) => unknown;

/** What the library keeps of a thread object. Not in the object: that is the user's, and travels with its class and fields. */
export interface State {
  name: string;
  daemon: boolean;
  target: Target | undefined;
  args: readonly unknown[];
  started: boolean;
  /** Of its slot, once it runs. */
  id: number | undefined;
  /** What the kernel calls it, once it runs. */
  nativeId: number | null;
  /** In the thread that has started it, and while it runs. */
  worker: Worker | undefined;
  /** One that this library has not started. */
  readonly kind: 'thread' | 'main' | 'foreign';
}

const states = new WeakMap<object, State>();
let prototype: Thread | undefined;
let current: Thread | undefined;
let main: Thread | undefined;

export function setState(object: object, given: Partial<State> & Pick<State, 'name' | 'daemon'>): void {
  const unborn = { target: undefined, args: [], started: false, id: undefined, nativeId: null, worker: undefined };
  states.set(object, { ...unborn, kind: 'thread', ...given });
}

export function stateOf(object: object): State {
  const state = states.get(object);
  if (!state) throw new TypeError('expected a Thread, got an object that no constructor of Thread has made');
  return state;
}

/** Called by the class itself: it knows this file, and not the other way round. */
export function definePrototype(object: Thread): void {
  prototype = object;
}

/** The library's own class holds nothing that a thread would have to be told. */
export function isOwnClass(type: { readonly prototype: Thread }): boolean {
  return type.prototype === prototype;
}

/** An object of the class Thread that its constructor has not made: for this thread itself, or one started elsewhere. */
export function foreignThread(known: Partial<State> & Pick<State, 'name' | 'daemon'>): Thread {
  const thread = Object.create(prototype!) as Thread;
  setState(thread, { started: true, ...known });
  return thread;
}

export function setCurrent(thread: Thread, mainThread: Thread): void {
  current = thread;
  main = mainThread;
}

inForkedChild(() => {
  current = undefined;
  main = undefined;
  running.clear();
});

export function currentObject(): Thread | undefined {
  return current;
}

export function mainObject(): Thread | undefined {
  return main;
}

/** The threads that this one has started and that have not ended. */
export const running = new Map<number, Thread>();

/** Whether a thread that was started does nothing any more. `patient` asks the kernel as well. */
export function isOver({ id }: State, patient: boolean): boolean {
  if (id === undefined) return false;
  return hasEnded(id) || readSlot(id, EXIT) !== 0 || (patient && isGone(id));
}
