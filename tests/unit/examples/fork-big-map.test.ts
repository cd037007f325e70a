import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { root, runProgram } from '../../support/program.js';

guard();

test('four workers find the table of the process that they were forked from', async () => {
  const args = ['run', join(root, 'build/examples/fork-big-map.js'), '64'];
  const { stdout, stderr, code } = await runProgram(join(root, 'bundle/boot/cli.cjs'), { args });
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^a table of 524288 entries; this process takes \d+ MB$/m);
  assert.match(stdout, /^looked up: 100000, all right: true$/m);
  const [, all, more] = /^all 5 processes take (\d+) MB: (\d+) MB more$/m.exec(stdout)?.map(Number) ?? [];
  assert.ok(more! < all! / 2, stdout);
});
