import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { guard } from '../../support/guard.js';
import { programFolder, root, runProgram } from '../../support/program.js';

guard();

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const programs = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => program ?? '');
const printed = ['[ 3, 6, 9 ]\n', 'hello from a child\n'];

test('the programs of the README run as they stand', async () => {
  assert.equal(programs.length, printed.length);
  for (const [at, program] of programs.entries()) {
    using folder = programFolder({ 'main.ts': program });
    const result = await runProgram(folder.file('main.ts'), { execArgv: ['--import', 'tsx'], cwd: folder.path });
    assert.deepEqual(result, { stdout: printed[at], stderr: '', code: 0, signal: null });
  }
});

test('links between the documents lead somewhere', () => {
  const pages = [...readdirSync(root), ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];
  const broken = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => {
      const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
        ([, link]) => link ?? '',
      );
      const files = links.filter((link) => !/^(?:https?:|#)/.test(link)).map((link) => link.replace(/#.*/, ''));
      return files.filter((file) => !existsSync(join(root, dirname(page), file))).map((file) => `${page}: ${file}`);
    });
  assert.deepEqual(broken, []);
});

test('the Chinese README has the same programs, tables, pictures and links as the English one', () => {
  const chinese = readFileSync(join(root, 'README.zh-CN.md'), 'utf8');
  const without = (program: string): string => program.replaceAll(/ *\/\/.*/g, '');
  const programsOf = (text: string): string[] =>
    [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, program]) => without(program ?? ''));
  const commandsOf = (text: string): string[] =>
    [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, commands]) => (commands ?? '').replaceAll(/ *#.*/g, ''));
  const linksOf = (text: string): string[] =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '').filter((link) => !link.startsWith('README'));
  const namesOf = (text: string): string[] =>
    [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, names]) => names?.replaceAll('、', ', ') ?? '');
  for (const of of [programsOf, commandsOf, linksOf, namesOf]) {
    assert.ok(of(readme).length > 0);
    assert.deepEqual(of(chinese), of(readme));
  }
  assert.match(readme, /\]\(README\.zh-CN\.md\)/);
  assert.match(chinese, /\]\(README\.md\)/);
});
