#!/usr/bin/env node
/**
 * The program `manyfold`: `manyfold run [options of Node] FILE [arguments]` runs a program in the mode in which it can be
 * forked. It becomes that program, so there is nothing that could stand between the two: not for signals, streams or the
 * exit code.
 */
import fs from 'node:fs';
import { becomeProgram } from '../system/exec.js';
import { ONE_THREAD } from '../process/one-thread.js';

const USAGE = `Usage: manyfold run [options of Node] FILE [arguments]

Runs a program, JavaScript or TypeScript, so that its processes can be started by 'fork'.
`;

const STRIP_TYPES = '--experimental-strip-types';
const LOADER = /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=|$)/;

const [command, ...rest] = process.argv.slice(2);
if (command === '--help' || command === '-h') fs.writeSync(1, USAGE);
else if (command === 'run' && rest.length > 0) run(rest);
else fail(2, USAGE);

function run(program: readonly string[]): void {
  const missing = typeOptions(program);
  if (missing === undefined) {
    return fail(
      1,
      `manyfold: Node ${process.versions.node} does not run TypeScript by itself, and a loader that runs on a thread of ` +
        `its own cannot be forked: compile it to JavaScript, or use Node 22.18 or later\n`,
    );
  }
  becomeProgram(process.execPath, [...process.execArgv, ...ONE_THREAD, ...missing, ...program]);
}

/** What Node has to be told to run the program if that is TypeScript; undefined when it cannot. */
function typeOptions(program: readonly string[]): string[] | undefined {
  const file = program.find((argument) => !argument.startsWith('-')) ?? '';
  const isTypeScript = /\.[cm]?ts$/.test(file) && !program.some((argument) => LOADER.test(argument));
  if (!isTypeScript || (process.features as { typescript?: unknown }).typescript) return [];
  return process.allowedNodeEnvironmentFlags.has(STRIP_TYPES) ? [STRIP_TYPES] : undefined;
}

function fail(code: number, text: string): void {
  fs.writeSync(2, text);
  process.exitCode = code;
}
