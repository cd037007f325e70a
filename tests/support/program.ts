/** Runs real programs: files given by a test, each in a node process of its own. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { laneOptions } from './lane.js';
import { dumpProcess, relatives } from './processes.js';
import { until } from './wait.js';

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Options for node itself, before the file: `['--import', 'tsx']`. */
  readonly execArgv?: readonly string[];
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the program reads; without it stdin is the null device. */
  readonly stdin?: string;
  /** The node binary, or another program to run the file with. */
  readonly node?: string;
  /** What it is limited to, as the shell's ulimit takes it: `-n 100` for so many descriptors. */
  readonly ulimit?: string;
  /** After this time (ms) the program counts as hung: its processes are dumped and killed, and `ended` rejects. */
  readonly limit?: number;
}

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The repository's folder, wherever this file has been built to. */
export const root = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) folder = dirname(folder);
  return folder;
})();

/** Runs a program to its end: `const { stdout, code } = await runProgram(file)`. */
export async function runProgram(file: string, options: ProgramOptions = {}): Promise<ProgramResult> {
  await using program = startProgram(file, options);
  return await program.ended;
}

/** Starts a program and returns it while it runs; `await using` kills what is left of it. */
export function startProgram(file: string, options: ProgramOptions = {}): RunningProgram {
  const { node = process.execPath, execArgv = [], args = [], ulimit } = options;
  const program = [node, ...laneOptions, ...execArgv, file, ...args];
  const limited = ulimit === undefined ? [] : ['/bin/sh', '-c', `ulimit ${ulimit} && exec "$0" "$@"`];
  const [command, ...rest] = [...limited, ...program] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {}); // a program may end before it has read everything
  child.stdin?.end(options.stdin);
  return new RunningProgram(child, options.limit ?? 60_000);
}

export class RunningProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<ProgramResult>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess, limit: number) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = this.#end(limit);
    this.ended.catch(() => {}); // whoever awaits it learns of it
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Resolves when stdout holds the text or matches the pattern; rejects when the program ends before. */
  async output(wanted: string | RegExp): Promise<string> {
    const found = () => (typeof wanted === 'string' ? this.stdout.includes(wanted) : wanted.test(this.stdout));
    await until(() => found() || this.child.exitCode !== null || this.child.signalCode !== null, 60_000);
    if (!found()) await this.ended;
    if (!found()) throw new Error(`the program did not print ${String(wanted)}, but:\n${this.stdout}${this.stderr}`);
    return this.stdout;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended.catch(() => {});
  }

  #end(limit: number): Promise<ProgramResult> {
    return new Promise((resolve, reject) => {
      const alarm = setTimeout(() => {
        const left = [...relatives(this.pid)];
        const dumps = left.map((info) => dumpProcess(info)).join('\n');
        for (const { pid } of left) process.kill(pid, 'SIGKILL');
        this.child.kill('SIGKILL');
        reject(
          new Error(`the program hung for ${limit} ms\n${dumps}\nstdout:\n${this.stdout}\nstderr:\n${this.stderr}`),
        );
      }, limit);
      this.child.once('error', (error) => {
        clearTimeout(alarm);
        reject(error);
      });
      // 'close' comes when everybody who inherited the output has closed it, so nothing that was printed is missed.
      this.child.once('close', (code, signal) => {
        clearTimeout(alarm);
        resolve({ stdout: this.stdout, stderr: this.stderr, code, signal });
      });
    });
  }
}

function environment(changes: ProgramOptions['env'] = {}): NodeJS.ProcessEnv {
  // A program under test is no test file of this runner, and has no options but its own.
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...inherited } = process.env;
  return Object.fromEntries(Object.entries({ ...inherited, ...changes }).filter(([, value]) => value !== undefined));
}

/**
 * A folder with a program, removed at the end of its scope. `manyfold` can be imported there by its name, as by a user:
 *
 *     using folder = programFolder({ 'main.mjs': `import { Pool } from 'manyfold'; ...` });
 *     const { stdout } = await runProgram(folder.file('main.mjs'));
 */
export function programFolder(files: Readonly<Record<string, string>>): ProgramFolder {
  return new ProgramFolder(files);
}

export class ProgramFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'manyfold-program-'));

  constructor(files: Readonly<Record<string, string>>) {
    this.write('package.json', '{ "type": "module" }\n');
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    mkdirSync(this.file('node_modules'), { recursive: true });
    symlinkSync(root, this.file('node_modules/manyfold'), 'dir');
    // The tools that programs are run with, and the types they are compiled with.
    for (const name of ['tsx', '@types'])
      symlinkSync(join(root, 'node_modules', name), this.file(`node_modules/${name}`), 'dir');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
