import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf, sortedLines } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

/** The lines that each program prints, sorted. */
const printed = [['1', '4', '9'], ['1', '4', '9'], ['1', '4', '9'], ['[ 1, 4, 9 ]'], ['no answer']];

test('one program runs as processes, as threads and as coroutines', async () => {
  const outputs = await outputsOf('lanes.md');
  assert.deepEqual(
    outputs.map((output) => sortedLines(output)),
    printed,
  );
});
