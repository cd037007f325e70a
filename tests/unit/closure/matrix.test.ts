import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fixtures = 'tests/unit/closure/fixtures';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

interface Outcome {
  name: string;
  failure: string | null;
}

/** Each line that the program prints is one case. */
function matrix(title: string, args: string[], least: number): void {
  test(title, async (t) => {
    const { stdout, stderr } = await run(process.execPath, args, { timeout: 60_000 });
    assert.equal(stderr, '');
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
    for (const { name, failure } of outcomes) {
      await t.test(name, () => {
        if (failure !== null) assert.fail(failure);
      });
    }
    assert.ok(outcomes.length >= least, `${outcomes.length} cases`);
  });
}

matrix('ES module', [`${fixtures}/matrix.mjs`], 64);
