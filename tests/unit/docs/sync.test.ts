import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

/** What each of them prints. */
const printed = ['bought 3', 'true', 'all have eaten'];

test('the programs about locks run as they stand', async () => {
  const outputs = await outputsOf('sync.md');
  assert.deepEqual(
    outputs,
    printed.map((line) => `${line}\n`),
  );
});
