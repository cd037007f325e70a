import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../support/program.js';

const page = readFileSync(join(root, 'docs/coming-from-python.md'), 'utf8');
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`[^`]+`/g)].flatMap(([code]) => code.match(/[a-z]\w+/gi) ?? []);

test('docs/coming-from-python.md says what becomes of every public name of CPython', () => {
  const rows = readFileSync(join(root, 'tests/conformance/python-names.tsv'), 'utf8').trimEnd().split('\n').slice(1);
  const words = new Set(namesIn(page.replaceAll(/`_+/g, '`')));
  const missing = rows.map((row) => row.split('\t')).filter(([, name]) => !words.has((name ?? '').replace(/^_+/, '')));
  assert.ok(rows.length > 200);
  assert.deepEqual(missing, []);
});

test('what docs/coming-from-python.md says is not there is not there', async () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly 'manyfold-modules'?: string }>>;
  };
  const files = Object.values(exports).flatMap((paths) => paths['manyfold-modules'] ?? []);
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(root, file)).href) as Promise<object>),
  );
  const exported = new Set(modules.flatMap((module) => Object.keys(module)));
  const absent = [...page.matchAll(/^\| ([^|]+) \| (?:none|not needed)\b/gm)].flatMap(([, names]) =>
    namesIn(names!.replaceAll(/\w+\./g, '')),
  );
  assert.ok(absent.length > 10);
  assert.deepEqual(
    absent.filter((name) => exported.has(name)),
    [],
  );
});
