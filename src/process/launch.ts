import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { memoryFd } from '../memory/program.js';
import { leaveNow } from '../system/child.js';
import { bootProgram } from '../system/programs.js';

/** A fork server that finds threads beside its own ends with this code: its program's children are spawned instead. */
export const EXIT_CANNOT_FORK = 86;

let executable = process.execPath;

/**
 * Sets the Node that children run on, from the next start on; the fork server that runs already stays.
 *
 * @example
 * setExecutable('/opt/node-26/bin/node');
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.set_executable
 */
export function setExecutable(path: string | Uint8Array | URL): void {
  executable =
    path instanceof URL ? fileURLToPath(path) : typeof path === 'string' ? path : Buffer.from(path).toString();
}

// Options that say what the main process is to run, or bind it to a port or a terminal, are not for its children.
const OWN_OPTIONS =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type|--inspect|--inspect-.*|--test|--test-.*|--watch|--watch-.*|--run|--experimental-test-.*|--cpu-prof.*|--heap-prof.*)(=|$)/;
const WITH_ARGUMENT =
  /^(-e|--eval|-p|--print|-pe|--input-type|--run|--watch-path|--(cpu|heap)-prof-(dir|name|interval)|--test-name-pattern|--test-reporter|--test-reporter-destination)$/;

/** The parent's options for Node, as far as they concern a child. */
function inheritedOptions(): string[] {
  return process.execArgv.filter((option, place, all) => {
    const isArgument = place > 0 && WITH_ARGUMENT.test(all[place - 1]!);
    return !OWN_OPTIONS.test(option) && !isArgument;
  });
}

/** Starts Node with one of our programs, the program's memory as descriptor 3, and the null device as its input. */
export function launchNode(
  name: 'child' | 'server',
  options: readonly string[],
  args: readonly (string | number)[],
): ChildProcess {
  const program = bootProgram(name);
  const command = [
    ...inheritedOptions(),
    ...options,
    ...program.options,
    program.file,
    ...args.map(String),
    String(process.pid),
    // Without it that descriptor is one of Node's own.
    ...(program.input === 'ignore' ? [] : ['manyfold-input']),
  ];
  // Loaded here: it would be a millisecond and a half of the library's import.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(executable, command, {
    stdio: ['ignore', 'inherit', 'inherit', memoryFd(), program.input],
    argv0: process.argv0,
  });
  child.unref();
  return child;
}

/** The kernel does not tell of a parent that died before it was asked to. */
export function leaveWithoutParent(pid: number): void {
  if (process.ppid !== pid) leaveNow(1);
}
