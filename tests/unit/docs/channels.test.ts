import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf, sortedLines } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

/** The lines that each program prints, sorted. */
const printed = [
  ['hello'],
  ['nothing within 100 ms'],
  ['0', '1', '2'],
  ['0', '1', '16', '4', '9'],
  ['from 0', 'from 1', 'from 2'],
];

test('the programs about queues and pipes run as they stand', async () => {
  const outputs = await outputsOf('channels.md');
  assert.deepEqual(
    outputs.map((output) => sortedLines(output)),
    printed,
  );
});
