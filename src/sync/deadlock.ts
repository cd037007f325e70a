import { ArgumentTypeError, DeadlockError, expected } from '../errors.js';
import { waitsOfKinds, type Wait } from '../memory/entries.js';
import { DEADLOCK_AFTER } from '../memory/layout.js';
import { cellAt, header } from '../memory/program.js';
import { now } from '../system/clock.js';
import { isLock, nameOfKind, type KindName } from './kinds.js';
import { notesOf, type Note } from './notes.js';
import { PROCESS } from './owner.js';
import { holdersOfPermits } from './permit-words.js';

/** Somebody who waits, in a deadlock. */
export interface DeadlockedWait {
  /** Name and pid of the process that waits. */
  readonly process: string;
  /** The number of the process that waits. */
  readonly pid: number;
  /** What it waits for. `id` tells several of them apart. */
  readonly waitsFor: KindName;
  /** What tells the lock or semaphore that it waits for from the others of this program. */
  readonly id: number;
  /** Who holds that. `stack` is where a lock was acquired, if that was done while `setDeadlockTimeout` was in force. */
  readonly heldBy: readonly { readonly process: string; readonly pid: number; readonly stack?: string }[];
  /** Whether its thread blocks; else one of its coroutines waits. */
  readonly blocking: boolean;
  /** How long it has waited. */
  readonly milliseconds: number;
  /** Where it waits: the frames that are not the library's. */
  readonly stack: string;
}

/** Processes, or coroutines that `asOwner` has started, that wait for each other in a circle. */
export interface Deadlock {
  /**
   * Whether all of them block. Of a process whose coroutines wait nobody knows which of them holds what: it may yet
   * release what the others wait for.
   */
  readonly certain: boolean;
  /** Who waits for whom: each for the next one, the last for the first. */
  readonly waits: readonly DeadlockedWait[];
}

/** Who holds something: a process; and who of it, and since where, when that is known. */
interface Holder {
  readonly id: number;
  readonly owner?: number | undefined;
  readonly stack?: string | undefined;
}

/** A wait that lasts, and those on whom it depends. */
interface Node extends Wait {
  readonly note: Note;
  readonly holders: readonly Holder[];
}

/**
 * Finds who waits for each other's locks and semaphores, in all processes of the program. A wait is looked at when it has
 * lasted for 50 ms, and a second later at the latest.
 *
 * @example
 * for (const { waits } of findDeadlocks()) {
 *   for (const { process, waitsFor, heldBy, stack } of waits) {
 *     console.log(`${process} waits for a ${waitsFor} that ${heldBy[0]!.process} holds\n${stack}`);
 *   }
 * }
 */
export function findDeadlocks(): Deadlock[] {
  return circles().map(report);
}

function report(nodes: readonly Node[]): Deadlock {
  const who = (id: number): { process: string; pid: number } => {
    const { process, pid } = notesOf(id);
    return { process, pid };
  };
  const holding = ({ id, stack }: Holder) => (stack === undefined ? who(id) : { ...who(id), stack });
  const waits = nodes.map(({ id, kind, line, holders, note }) => ({
    ...who(id),
    waitsFor: nameOfKind(kind),
    id: line,
    heldBy: holders.map(holding),
    blocking: note.blocking,
    milliseconds: Math.round(now() - note.since),
    stack: note.stack,
  }));
  return { certain: nodes.every(({ note }) => note.blocking), waits };
}

/**
 * From now on, in the whole program, a wait for a lock or a semaphore that is part of a deadlock and has lasted for
 * `milliseconds` ends with a DeadlockError. One wait of the circle does: when it gives back what it holds, the others go
 * on. null: waits last as long as they last, which is how a program starts.
 *
 * @example
 * setDeadlockTimeout(5000);
 *
 * @throws {TypeError} ERR_TIMEOUT_VALUE
 */
export function setDeadlockTimeout(milliseconds: number | null): void {
  if (milliseconds !== null && !(Number.isFinite(milliseconds) && milliseconds > 0)) {
    throw new ArgumentTypeError(
      'ERR_TIMEOUT_VALUE',
      `timeout: ${expected('milliseconds above 0, or null', milliseconds)}`,
    );
  }
  Atomics.store(header(), DEADLOCK_AFTER, Math.min(Math.ceil(milliseconds ?? 0), 2 ** 31 - 1));
}

/** What ends a wait that lasts: it has been chosen to end a deadlock. */
export function deadlockOf(ticket: number, owner: number, milliseconds: number): DeadlockError | undefined {
  const after = Atomics.load(header(), DEADLOCK_AFTER);
  if (after === 0 || milliseconds < after) return undefined;
  const circle = circles().find((nodes) => {
    const last = lastOf(nodes);
    return last.ticket === ticket && last.note.owner === owner;
  });
  if (!circle) return undefined;
  const { waits } = report(circle);
  return new DeadlockError(`processes wait for each other in a circle\n${waits.map(describe).join('\n')}`, waits);
}

function describe({ process, pid, waitsFor, id, heldBy, milliseconds, stack }: DeadlockedWait): string {
  const holders = heldBy.map((holder) => `${holder.process} (pid ${holder.pid})`).join(', ');
  const acquired = heldBy.flatMap((holder) => (holder.stack === undefined ? [] : ['acquired there', holder.stack]));
  const wait = `${process} (pid ${pid}) has waited ${milliseconds} ms for ${waitsFor} ${id}, held by ${holders}`;
  return [wait, stack, ...acquired].join('\n');
}

/** The one that came last: it ends, so that not all of a circle do. */
function lastOf(nodes: readonly Node[]): Node {
  return nodes.reduce((last, node) => (((node.ticket - last.ticket) | 0) > 0 ? node : last));
}

function circles(): Node[][] {
  const nodes = hopeless(longWaits());
  const circled = new Set<Node>();
  return nodes.flatMap((node) => {
    if (circled.has(node)) return [];
    const circle = reachable(node, nodes).filter((other) => reachable(other, nodes).includes(node));
    for (const each of circle) circled.add(each);
    return circle.length > 0 ? [circle] : [];
  });
}

function longWaits(): Node[] {
  const waits = waitsOfKinds();
  const notes = new Map([...new Set(waits.map(({ id }) => id))].map((id) => [id, notesOf(id)]));
  return waits.flatMap((wait) => {
    const noted = notes.get(wait.id)!.waits.filter(({ ticket }) => ticket === wait.ticket);
    const holders = noted.length > 0 ? holdersOf(wait) : [];
    const { id, line, ticket, kind } = wait;
    return noted.map((note) => ({ id, line, ticket, kind, note, holders }));
  });
}

function holdersOf({ kind, line }: Wait): Holder[] {
  if (!isLock(kind)) return holdersOfPermits(line).map((id) => ({ id }));
  const { words, index } = cellAt(line - 1);
  const id = Atomics.load(words, index);
  if (id <= 0) return [];
  const held = notesOf(id).held.find((lock) => lock.line === line);
  return [{ id, owner: held?.owner, stack: held?.stack }];
}

/** The waits that nobody will end, as far as one can see: all on whom they depend are in such waits themselves. */
function hopeless(nodes: readonly Node[]): Node[] {
  const left = nodes.filter(({ holders }) => holders.length > 0);
  const hopeful = left.filter((node) => node.holders.some((holder) => stoppedBy(holder, node, left).length === 0));
  return hopeful.length === 0 ? left : hopeless(left.filter((node) => !hopeful.includes(node)));
}

/** The waits that keep a holder from releasing what `node` waits for. */
function stoppedBy({ id, owner }: Holder, node: Node, nodes: readonly Node[]): Node[] {
  const own = nodes.filter((other) => other.id === id);
  const block = own.filter(({ note }) => note.blocking);
  if (block.length > 0) return block;
  if (owner !== undefined && owner !== PROCESS) return own.filter(({ note }) => note.owner === owner);
  // The coroutines of one process wait for each other all the time, and go on.
  return id === node.id ? [] : own;
}

/** The waits on which one depends, directly or not. */
function reachable(start: Node, nodes: readonly Node[]): Node[] {
  const found = new Set<Node>();
  for (const frontier = [start]; frontier.length > 0;) {
    const node = frontier.pop()!;
    for (const next of node.holders.flatMap((holder) => stoppedBy(holder, node, nodes))) {
      if (!found.has(next)) frontier.push(next);
      found.add(next);
    }
  }
  return [...found];
}
