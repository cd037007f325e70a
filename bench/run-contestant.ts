import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { limits } from './peers/limits.js';
import type { Contestant, Row } from './row.js';

/** Only a program that hangs takes this long (ms). */
const limit = 60_000;

const measureProgram = fileURLToPath(new URL('measure.js', import.meta.url));
// Python files are not built: this one stays where it was written.
const pythonProgram = fileURLToPath(new URL('../../bench/peers/cpython.py', import.meta.url));

/** Measures a contestant once, in a program of its own; rejects when that fails or hangs. */
export async function runContestant(row: Row, contestant: Contestant, scale: number): Promise<number> {
  const output = await run(...commandOf(row, contestant, scale));
  const value = Number(output.trim().split('\n').at(-1));
  if (!Number.isFinite(value) || output.trim() === '') throw new Error(`no number, but: ${output}`);
  return value;
}

function commandOf(
  row: Row,
  contestant: Contestant,
  scale: number,
): [command: string, args: readonly (string | number)[]] {
  const { measure } = contestant;
  if (typeof measure === 'function') {
    return [process.execPath, [measureProgram, row.id, row.contestants.indexOf(contestant), scale]];
  }
  if ('python' in measure) return ['python3', [pythonProgram, measure.python, measure.argument, scale]];
  return [limits()!, [measure.mode, measure.processes, Math.max(1, Math.round(measure.count * scale))]];
}

function run(command: string, args: readonly (string | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a program that hangs is ended together with what it has started.
    const program = spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    program.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const alarm = setTimeout(() => process.kill(-program.pid!, 'SIGKILL'), limit);
    program.once('error', reject);
    program.once('close', (code, signal) => {
      clearTimeout(alarm);
      const lastLines = stderr.trim().split('\n').slice(-5).join('\n');
      if (code === 0) resolve(stdout);
      else reject(new Error(`it ended with ${code ?? signal}${lastLines && `:\n${lastLines}`}`));
    });
  });
}
