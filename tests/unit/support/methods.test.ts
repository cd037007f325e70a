/** The contract runs for each lane, or says in words why not. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/program.js';

test('tests of the contract that run for several start methods run for threads and coroutines, or give the reason', () => {
  const folder = join(root, 'tests/contract');
  const silent: string[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, list = '', reasons = ''] of text.matchAll(/eachMethod\(\s*\[([^\]]*)\],\s*(\{[^}]*\})?/g)) {
      if (!list.includes(',')) continue; // about one method
      for (const lane of ['thread', 'coroutine']) {
        if (!list.includes(`'${lane}'`) && !reasons.includes(`${lane}:`)) silent.push(`${file}: ${lane}`);
      }
    }
  }
  assert.deepEqual(silent, []);
});
