/** The programs of docs/managers.md. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputsOf } from '../../support/documents.js';

test('each program of the page prints what the page says', async () => {
  assert.deepEqual(await outputsOf('managers.md'), ['{ tea: 3, cake: 1 } 4\n', '2 5\ntrue only up\n', 'no patience\n']);
});
