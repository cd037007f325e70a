import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { sourceFilesBelow } from '../../../examples/main-job/files.js';
import { describeRuns, type FileReport } from '../../../examples/main-job/report.js';
import { measureSyntax } from '../../../examples/main-job/syntax.js';
import { guard } from '../../support/guard.js';
import { programFolder } from '../../support/program.js';

guard();

test('the source files below a folder: all kinds, sorted, links that lead nowhere, no other files', () => {
  using folder = programFolder({ 'b.ts': '', 'a.mjs': '', 'deep/er/c.tsx': '', 'd.json': '', 'e.js.map': '' });
  symlinkSync('nowhere.js', folder.file('broken.js'));
  symlinkSync('deep', folder.file('folder.js'));
  symlinkSync('b.ts', folder.file('linked.ts'));
  const found = sourceFilesBelow(folder.path).map((path) => path.slice(folder.path.length + 1));
  assert.deepEqual(found, ['a.mjs', 'b.ts', 'broken.js', 'deep/er/c.tsx', 'linked.ts']);
});

test('functions are counted in JavaScript and TypeScript, also methods and arrows', () => {
  const body = `function f() {}\nclass A { m() {} #p() {} }\nconst g = () => 1, o = { k() {} };`;
  assert.equal(measureSyntax('a.js', body).functions, 5);
  assert.equal(measureSyntax('a.ts', `${body}\nlet x: number = <number>1; enum E { A }`).functions, 5);
  assert.equal(
    measureSyntax('a.d.ts', 'export declare function f(): void; declare class A { m(): void; }').functions,
    0,
  );
});

test('the longest function is measured in lines, nesting in blocks', () => {
  const source = `const f = () => {\n  if (true) {\n    return 1;\n  }\n};\nfunction g() { }`;
  assert.deepEqual(measureSyntax('a.js', source), { functions: 2, longestFunction: 5, deepestNesting: 2 });
});

test('each kind of file is parsed as what it is', () => {
  for (const [path, source] of [
    ['a.jsx', 'const a = <b>{c}</b>;'],
    ['a.tsx', 'const a: X = <b>{c}</b>;'],
    ['a.ts', 'const a = <X>b;'],
    ['a.cjs', '#!/usr/bin/env node\nif (module) return;'],
    ['a.mts', 'import type { A } from "a"; await a;'],
    ['a.d.ts', 'export { declaredElsewhere }; declare const a: unique symbol;'],
  ] as const) {
    assert.equal(measureSyntax(path, source).functions, 0, path);
  }
  assert.throws(() => measureSyntax('a.js', 'const ='), SyntaxError);
});

test('a program nested more deeply than calls can be is measured', () => {
  const source = `a${'()'.repeat(20_000)};`;
  assert.equal(measureSyntax('a.js', source).functions, 0);
});

test('the report says totals, problems, extremes, times, and whether the digests agree', () => {
  const reports: FileReport[] = [
    { path: 'small.js', bytes: 10, gzip: 5, sha256: 'x', functions: 1, longestFunction: 3, deepestNesting: 1 },
    { path: 'large.js', bytes: 1990, gzip: 495, sha256: 'y', functions: 2, longestFunction: 2, deepestNesting: 4 },
    { path: 'lost.js', problem: 'cannot be read: gone' },
  ];
  const run = (processes: number, seconds: number, digest: string) => ({ processes, seconds, digest, reports });
  const text = describeRuns('/folder', run(1, 8, 'abc'), run(4, 2, 'abc'));
  assert.match(text, /^3 source files below \/folder\n2,000 bytes, 500 with gzip \(25 %\)\n3 functions/);
  assert.match(text, /1 with a problem:\n {2}lost\.js: cannot be read: gone/);
  assert.match(text, /largest files, in bytes:\n {2}1,990 {2}large\.js\n {5}10 {2}small\.js/);
  assert.match(text, /1 process: 8\.00 s, 4 processes: 2\.00 s: 4\.00 times as fast\nboth gave the same digest: abc$/);
  assert.match(describeRuns('/folder', run(1, 8, 'abc'), run(4, 2, 'def')), /they DIFFER/);
});
