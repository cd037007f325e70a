/** Watches over every test of a program: it leaves nothing behind, and it ends. */

import { after, afterEach, beforeEach } from 'node:test';
import { assertNoLeaks, claimProgram, takeSnapshot, type LeakOptions, type Snapshot } from './leaks.js';
import { dumpProcess, relatives } from './processes.js';

export interface GuardOptions extends LeakOptions {
  /** How long (ms) a test may take. Only a test that hangs gets there. */
  readonly limit?: number;
}

let guarded = false;

/**
 * Call it once at the top of a test file; a second call does nothing. The check runs after a test and its own
 * `afterEach` hooks but before its `t.after` hooks, so a test cleans up with `using`, `await using` or `finally`.
 */
export function guard(options: GuardOptions = {}): void {
  if (guarded || process.platform !== 'linux') return;
  guarded = true;
  claimProgram();
  const snapshots = new Map<string, Snapshot>();
  const alarms = new Map<string, NodeJS.Timeout>();
  const limit = options.limit ?? 120_000;
  const leakOptions = { grownOnce: new Set<string>(), ...options };
  let first: Snapshot | undefined;

  beforeEach((context) => {
    const name = nameOf(context);
    const snapshot = takeSnapshot();
    first ??= snapshot;
    snapshots.set(name, snapshot);
    alarms.set(
      name,
      setTimeout(() => stopHungTest(name, limit), limit),
    );
  });

  afterEach(async (context) => {
    const name = nameOf(context);
    clearTimeout(alarms.get(name));
    const before = snapshots.get(name);
    snapshots.delete(name);
    if (before !== undefined) await assertNoLeaks(before, leakOptions);
  });

  after(async () => {
    // Descriptors are settled test by test; a program as a whole may keep what it opened on first use.
    if (first !== undefined) await assertNoLeaks(first, { ...options, mayStayOpen: () => true });
  });
}

// The runner also hands a suite to these hooks; only tests have a full name in every version.
function nameOf(context: unknown): string {
  const { fullName, name } = context as { fullName?: string; name: string };
  return fullName ?? name;
}

/** Says where everybody stands, and ends the program: a test that hangs would take the whole run with it. */
function stopHungTest(name: string, limit: number): void {
  const dumps = relatives(process.pid).map((info) => dumpProcess(info));
  process.stderr.write(
    [
      `test '${name}' has not ended within ${limit} ms`,
      `active here: ${process.getActiveResourcesInfo().join(', ') || 'nothing'}`,
      ...dumps,
      '',
    ].join('\n'),
  );
  for (const { pid } of relatives(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  process.exit(1);
}
