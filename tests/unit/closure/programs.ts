import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const fixtures = 'tests/unit/closure/fixtures';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Whether this Node runs TypeScript by itself. */
export const stripsTypes = major > 22 || (major === 22 && minor >= 18);
export { major };

interface Outcome {
  name: string;
  failure: string | null;
}

/** Each line that a program prints is one case. */
export async function checkOutcomes(t: TestContext, stdout: string, least: number): Promise<void> {
  const outcomes = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
  for (const { name, failure } of outcomes) {
    await t.test(name, () => {
      if (failure !== null) assert.fail(failure);
    });
  }
  assert.ok(outcomes.length >= least, `only ${outcomes.length} cases`);
}

/** Runs a program of cases. It must not write to stderr: no warning of Node may reach the user. */
export function cases(title: string, args: string[], least: number, skip = false): void {
  test(title, { skip, timeout: 90_000 }, async (t) => {
    const { stdout, stderr } = await run(process.execPath, args, { timeout: 60_000 });
    assert.equal(stderr, '');
    await checkOutcomes(t, stdout, least);
  });
}
