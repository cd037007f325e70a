import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

test('the programs of the page about processes print what it says', async () => {
  assert.deepEqual(await outputsOf('processes.md'), ['hello bob\n0\n', '144\n', 'hello bob\n', 'null\n-15\n']);
});
