import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

test('the programs of the page about shared memory print what it says', async () => {
  assert.deepEqual(await outputsOf('shared-memory.md'), ['3000\n', '2\n', '{ x: 1, y: 0 }\n', 'frames 307200\n']);
});
