import { lineOf } from '../memory/death.js';
import { header } from '../memory/program.js';
import { indexOf, readSlot, slotBase, STOP } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import type { Lane } from './lanes.js';

/** The signals that a Process object can send; the word STOP of a slot has the place of one in this list, from 1. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL', 'SIGINT'];

/**
 * Asks for the end of a thread or a coroutine that another thread has started. Only that one can end it: it stands in the
 * child's line as long as the child runs, and looks when the line is called.
 */
export function askToStop(id: number, signal: NodeJS.Signals): void {
  Atomics.store(header(), slotBase(indexOf(id)) + STOP, SIGNALS.indexOf(signal) + 1);
  call(lineOf(id), Infinity);
}

/** In the thread that has started it. */
export function stopIfAsked(id: number, lane: Lane): void {
  const signal = SIGNALS[(readSlot(id, STOP) ?? 0) - 1];
  if (signal !== undefined) lane.stop(id, signal);
}
