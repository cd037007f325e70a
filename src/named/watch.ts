import fs from 'node:fs';
import { underHeapLock } from '../memory/heap.js';
import { MAIN_SLOT, WATCHER } from '../memory/layout.js';
import { header } from '../memory/program.js';
import { self } from '../memory/slots.js';
import { isRunning, startTimeOf } from '../system/life.js';
import { owner } from './owner.js';
import { pruneSharedMemory, removeAllOf, type Remains } from './prune.js';
import { bootProgram } from '../system/programs.js';

let ready = false;

/**
 * Sees to it that nothing of what bears a name outlives the program. Its own end is no help against SIGKILL; so one
 * process for the whole program, the watcher, waits for the end of the main process, and removes what is left then.
 * Should it be killed too, whoever runs a program next does it (prune.ts).
 */
export function watch(): void {
  underHeapLock(startWatcher);
  if (ready) return;
  ready = true;
  pruneSharedMemory();
  if (header()[MAIN_SLOT] === self()) process.on('exit', () => tell(removeAllOf(owner())));
}

function startWatcher(): void {
  const words = header();
  const before = words[WATCHER]!;
  if (before !== 0 && isRunning(before, words[WATCHER + 1]!)) return;
  if (before !== 0) {
    process.emitWarning(
      'the process that removes shared memory died unexpectedly, relaunching. Some may be left behind',
    );
  }
  const { pid, start } = owner();
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { options, file, input } = bootProgram('watcher');
  const command = [...options, file, 'manyfold-watcher', String(pid), String(start)];
  const { spawn } = process.getBuiltinModule('node:child_process'); // a millisecond and a half of a thread's start
  const watcher = spawn(process.execPath, command, {
    detached: true, // not for the terminal's Ctrl-C
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ignore', input],
  });
  watcher.on('error', () => {}); // there is none, then: the next program prunes
  watcher.unref();
  if (watcher.pid === undefined) return;
  words[WATCHER + 1] = startTimeOf(watcher.pid) ?? 0;
  words[WATCHER] = watcher.pid;
}

/** Says on stderr what a program has left behind, as CPython does. */
export function tell({ removed, missing }: Remains): void {
  const lines = missing.map((name) => `manyfold: shared memory '${name}' had been removed already\n`);
  if (removed.length > 0 || missing.length > 0) {
    const count = removed.length + missing.length;
    lines.unshift(`manyfold: There appear to be ${count} leaked shared_memory objects to clean up at shutdown\n`);
  }
  try {
    if (lines.length > 0) fs.writeSync(2, lines.join(''));
  } catch {
    // Nobody is left to read it.
  }
}
