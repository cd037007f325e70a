import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/program.js';

const folder = join(root, 'docs');
const textOf = (page: string): string => readFileSync(join(folder, page), 'utf8');
const titleOf = (page: string): string => /^# (.*)/.exec(textOf(page))?.[1] ?? '';
/** In the order of the index. */
const pages = [...textOf('README.md').matchAll(/^- \[[^\]]+\]\((\w[\w-]*\.md)\)/gm)].map(([, page]) => page ?? '');
/** Written by the bench. */
const GENERATED = 'bench.md';

test('docs/README.md lists every page', () => {
  const all = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  assert.deepEqual(all.filter((page) => page !== GENERATED).toSorted(), pages.toSorted());
});

test('every page ends with links to the one before and the one after it', () => {
  for (const [at, page] of pages.entries()) {
    const before = pages[at - 1];
    const after = pages[at + 1];
    const links = [
      before === undefined ? '[All pages](README.md)' : `Previous: [${titleOf(before)}](${before})`,
      after === undefined ? '[All pages](README.md)' : `Next: [${titleOf(after)}](${after})`,
    ];
    const last = textOf(page).trimEnd().split('\n').at(-1);
    assert.equal(last, links.join(' · '), `the last line of docs/${page}`);
  }
});
