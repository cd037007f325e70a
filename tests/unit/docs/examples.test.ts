/** The examples of the reference: all of them compile, and those that are whole programs run. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { programFolder, root, runProgram, type ProgramFolder } from '../../support/program.js';
import { loadScript } from '../../support/scripts.js';
import { given } from './given.js';

const { commented, publicNames } = await loadScript('reference.mjs');

interface Example {
  readonly title: string;
  readonly program: string;
  /** Whether it uses what only a program around it would have. */
  readonly isPart: boolean;
}

const GIVEN = new Set(
  [...given.matchAll(/^ {2}(?:const|let) (?:\{ ([^}]*) \}|(\w+))/gm)].flatMap(
    ([, several, one]) => several?.split(', ') ?? one!,
  ),
);

/** Those that are programs, and are not run here. */
const NOT_RUN: Readonly<Record<string, string>> = {
  BoundedSemaphore: 'it shows an error that nobody catches',
  Client: 'it needs a listener',
  ClientSync: 'it needs a listener',
  Listener: 'it listens for ever',
  Server: 'it serves for ever',
  activeChildren: 'it needs children',
  setExecutable: 'it names a Node that is not on every machine',
};

const examples = commented().flatMap(({ entry, title, tags }) =>
  tags.filter(({ name }) => name === 'example').map(({ content }) => ({ entry, title, content })),
);
const programs = examples.map(({ entry, title, content }): Example => {
  const used = new Set(content.replaceAll(/\/\/.*|'[^']*'/g, '').match(/(?<![.\w])[A-Za-z_]\w*/g));
  const declared = new Set(
    [...content.matchAll(/\b(?:const|let|class|function|import \{) (\w+)/g)].map(([, name]) => name!),
  );
  return {
    title,
    program: `${importsFor(
      entry,
      [...used].filter((name) => !declared.has(name)),
    )}\n${content}\nexport {};\n`,
    isPart: [...used].some((name) => GIVEN.has(name) && !declared.has(name)),
  };
});

/** From the entry that the example is about, or else from the first that has the name. */
function importsFor(entry: string, names: readonly string[]): string {
  const all = publicNames();
  const lines = names.flatMap((name) => {
    const found = all.find((one) => one.name === name && one.entry === entry) ?? all.find((one) => one.name === name);
    return found && !(name in globalThis && found.entry !== entry)
      ? [`import { ${name} } from 'manyfold${found.entry.slice(1)}';`]
      : [];
  });
  return lines.join('\n');
}

async function compiled(): Promise<{ folder: ProgramFolder; complaints: string }> {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const folder = programFolder({
    'given.d.ts': given,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        rootDir: '.',
        outDir: 'out',
        declaration: false,
        sourceMap: false,
        erasableSyntaxOnly: false,
        verbatimModuleSyntax: false,
        isolatedModules: false,
      },
      include: ['*.ts'],
    }),
  });
  for (const [number, { program }] of programs.entries()) folder.write(`${number}.ts`, program);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const complaints = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [compiler, '-p', folder.path, '--pretty', 'false'],
      { cwd: folder.path },
      (_error, stdout) => resolve(stdout),
    );
  });
  return { folder, complaints };
}

const { folder, complaints } = await compiled();

test('every example compiles', () => {
  const said = complaints.replaceAll(/^(\d+)\.ts/gm, (_, number) => programs[Number(number)]!.title);
  assert.equal(said, '');
});

const whole = [...programs.entries()].filter(([, { title, isPart }]) => !isPart && !(title in NOT_RUN));

describe('runs', { concurrency: 4 }, () => {
  for (const [number, { title }] of whole) {
    test(`the example of ${title} runs`, async () => {
      const { stderr, code } = await runProgram(folder.file(`out/${number}.js`), { cwd: folder.path });
      assert.deepEqual([stderr, code], ['', 0]);
    });
  }
});

after(() => folder[Symbol.dispose]());
