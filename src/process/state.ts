import { inForkedChild } from '../system/generation.js';
import type { Process } from './process.js';
import type { StartMethod } from './start-method.js';

/** What the library keeps of a process object. Not in the object: that is the user's, and travels with its class and fields. */
export interface State {
  name: string;
  daemon: boolean;
  authkey: Uint8Array;
  /** Its number among its creator's children, behind the creator's own numbers. */
  readonly identity: readonly number[];
  childrenMade: number;
  readonly method: StartMethod | undefined;
  target: ((...args: never[]) => unknown) | undefined;
  args: readonly unknown[];
  /** Slot id of the process that made the object, and whose child it is. */
  readonly creator: number;
  started: boolean;
  /** Slot id of the process itself, once it runs. */
  id: number | undefined;
  pid: number | null;
  exitCode: number | undefined;
  sentinel: { readonly fd: number; close(): void } | undefined;
  closed: boolean;
}

type Given = 'name' | 'daemon' | 'authkey' | 'identity' | 'method' | 'target' | 'args' | 'creator';

const states = new WeakMap<object, State>();

export function setState(object: object, given: Pick<State, Given> & Partial<State>): void {
  const unborn = {
    childrenMade: 0,
    started: false,
    id: undefined,
    pid: null,
    exitCode: undefined,
    sentinel: undefined,
    closed: false,
  };
  states.set(object, { ...unborn, ...given });
}

export function stateOf(object: object): State {
  const state = states.get(object);
  if (!state) throw new TypeError('expected a Process, got an object that no constructor of Process has made');
  return state;
}

let prototype: Process | undefined;

/** Called by the class itself: it knows this file, and not the other way round. */
export function definePrototype(object: Process): void {
  prototype = object;
}

/** An object of the class Process that its constructor has not made: for this process itself, or one made elsewhere. */
export function foreignProcess(
  known: Pick<State, 'name' | 'daemon' | 'identity' | 'creator'> & Partial<State>,
): Process {
  const process = Object.create(prototype!) as Process;
  setState(process, { method: undefined, target: undefined, args: [], authkey: new Uint8Array(), ...known });
  return process;
}

let current: Process | undefined;
let creator: Process | null = null;
let makeCreator: () => Process | null = () => null;

/** Says which object stands for this process, and how to make the one for the process that started it. */
export function setCurrent(process: Process, makeParent: () => Process | null): void {
  current = process;
  creator = null;
  makeCreator = makeParent;
}

/** The object of the coroutine that runs, where it has one. */
let ofCoroutine: () => Process | undefined = () => undefined;

export function findCurrentBy(find: () => Process | undefined): void {
  ofCoroutine = find;
}

export function currentObject(): Process | undefined {
  return ofCoroutine() ?? current;
}

export function creatorObject(): Process | null {
  return (creator ??= makeCreator());
}

/** The children that this process has started and not yet seen to end. */
export const running = new Map<State, Process>();

inForkedChild(() => running.clear());

const ownClasses = new WeakSet<object>();

/** The library's own process classes hold nothing that a child would have to be told. */
export function markOwnClass(type: object): void {
  ownClasses.add(type);
}

export function isOwnClass(type: object): boolean {
  return ownClasses.has(type);
}
