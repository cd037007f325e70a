import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../support/program.js';

const travelsByName: symbol = Symbol.for('manyfold.handle');

test('every public function and class travels by its name, since a bundler leaves no module to import it from', async () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly 'manyfold-modules'?: string }>>;
  };
  for (const [entry, paths] of Object.entries(exports)) {
    const file = paths['manyfold-modules'];
    if (file === undefined) continue;
    const names = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
    const functions = Object.entries(names).filter(([, value]) => typeof value === 'function') as [string, object][];
    const nameless = functions.filter(([, value]) => !Object.hasOwn(value, travelsByName)).map(([name]) => name);
    assert.deepEqual(nameless, [], entry);
  }
});
