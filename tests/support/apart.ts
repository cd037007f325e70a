/** Shell scripts that run apart from the machine: with process ids, or with file systems, of their own. */

import { spawnSync } from 'node:child_process';

const options = {
  processes: ['--pid', '--fork', '--kill-child', '--mount-proc'],
  files: ['--mount'],
};

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function runApart(what: keyof typeof options, script: string): Outcome {
  const command = ['--user', '--map-root-user', ...options[what], 'sh', '-c', script];
  return spawnSync('unshare', command, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}

/** Options for a test that needs what this script does: `test('...', needsApart('files', 'mount ...'), ...)`. */
export function needsApart(what: keyof typeof options, script: string): { skip: string | false } {
  return { skip: runApart(what, script).status !== 0 && `this user may not have ${what} of its own` };
}
