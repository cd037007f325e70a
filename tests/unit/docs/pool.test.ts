import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf } from '../../support/documents.js';
import { guard } from '../../support/guard.js';

guard();

test('the programs of the page about pools print what it says', async () => {
  assert.deepEqual(await outputsOf('pool.md'), [
    '[ 1, 4, 9 ]\n',
    '12 5\n',
    '338350\n',
    'a\nline\nand\nanother\n',
    'TimeoutError\nTimeoutError\n',
    '7\n',
    'all 3\nhalf way\n',
    '13\n',
    'reader_0\n',
  ]);
});
