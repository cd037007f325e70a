import { decode } from '../codec/decode.js';
import { decodeInert } from '../codec/functions.js';
import { header } from '../memory/program.js';
import { CREATOR, indexOf, readSlot, slotBase, TARGET } from '../memory/slots.js';
import { readRecord, type Luggage } from './record.js';

type Target = Luggage['target'];

/** Functions that children of this server have been started with; those forked from now on have them too. */
const made = new Map<string, Target>();
const KEPT = 64;

/** What this process calls the messages of its targets. */
const numbers = new WeakMap<Uint8Array, number>();
let named = 0;
const MOST_NUMBERS = 2 ** 22;

/** Says which target a child is to run, for a fork server that knows it already: that need not read the record then. */
export function nameTarget(id: number, message: Uint8Array | undefined): void {
  if (message === undefined) return;
  let number = numbers.get(message);
  if (number === undefined) numbers.set(message, (number = ++named));
  header()[slotBase(indexOf(id)) + TARGET] = number < MOST_NUMBERS ? number : 0;
}

/** The targets that this server has looked at, by creator and number. */
const seen = new Set<number>();

function isNew(id: number): boolean {
  const [creator, number] = [readSlot(id, CREATOR), readSlot(id, TARGET)];
  if (!creator || !number) return false;
  const name = creator * MOST_NUMBERS + number;
  if (seen.has(name)) return false;
  seen.add(name);
  if (seen.size > KEPT) seen.delete(seen.keys().next().value!);
  return true;
}

/**
 * In the fork server: makes the target of a child that has just been sent on its way, if that runs nothing of the user's.
 * The next child with the same target finds it compiled.
 */
export function learnTarget(id: number): void {
  if (!isNew(id)) return;
  try {
    const { target } = readRecord(id);
    if (target && !made.has(target)) compilingAll(() => inertTarget(target));
  } catch {
    // The child meets the same error, and can say so.
  }
}

/** From the text of its message (record.ts). */
export async function readTarget(message: string): Promise<Target> {
  return inertTarget(message) ?? ((await decode(Buffer.from(message, 'latin1'))) as Target);
}

/** V8 compiles a function when it is first called: that would be in each child. */
function compilingAll(make: () => void): void {
  const v8 = process.getBuiltinModule('node:v8');
  v8.setFlagsFromString('--no-lazy');
  try {
    make();
  } finally {
    v8.setFlagsFromString('--lazy');
  }
}

function inertTarget(message: string): Target {
  if (made.has(message)) return made.get(message);
  const target = decodeInert(Buffer.from(message, 'latin1')) as Target;
  made.set(message, target);
  if (made.size > KEPT) made.delete(made.keys().next().value!);
  return target;
}
