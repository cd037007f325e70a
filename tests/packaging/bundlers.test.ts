import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from '@rollup/wasm-node';
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as vite } from 'vite';
import { guard } from '../support/guard.js';
import { programFolder, root, runProgram, type ProgramFolder } from '../support/program.js';
import { esbuild, javascript } from './esbuild.js';
import { printed, program } from './program.js';

guard();

const place = (name: string): string => (name === 'manyfold' ? root : join(root, 'node_modules', name));

/** Runs what a bundler has made of the program, where there is nothing to import but what is named. */
async function runsAlone(folder: ProgramFolder, file: string, ...packages: string[]): Promise<void> {
  rmSync(folder.file('node_modules'), { recursive: true });
  mkdirSync(folder.file('alone/node_modules'), { recursive: true });
  for (const name of packages) symlinkSync(place(name), folder.file(`alone/node_modules/${name}`), 'dir');
  renameSync(folder.file(file), folder.file(`alone/${file}`));
  const result = await runProgram(folder.file(`alone/${file}`));
  assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
}

for (const format of ['esm', 'cjs'] as const) {
  test(`a program that esbuild has made one file of, as ${format}, runs processes, threads and pools`, async () => {
    using folder = programFolder({ 'main.ts': program });
    const file = format === 'esm' ? 'app.mjs' : 'app.cjs';
    const options = ['--bundle', '--platform=node', `--format=${format}`];
    esbuild([folder.file('main.ts'), ...options, `--outfile=${folder.file(file)}`]);
    await runsAlone(folder, file, 'koffi');
  });

  test(`a program that rollup has made one file of, as ${format}, runs processes, threads and pools`, async () => {
    using folder = programFolder({ 'main.js': javascript(program) });
    const file = format === 'esm' ? 'app.mjs' : 'app.cjs';
    const bundle = await rollup({
      input: folder.file('main.js'),
      external: ['cli-progress'],
      plugins: [nodeResolve()],
    });
    await bundle.write({ file: folder.file(file), format, inlineDynamicImports: true });
    await bundle.close();
    await runsAlone(folder, file, 'koffi');
  });
}

test('a program that Vite has made one file of runs processes, threads and pools', async () => {
  using folder = programFolder({ 'main.ts': program });
  await vite({
    root: folder.path,
    configFile: false,
    logLevel: 'silent',
    build: { ssr: 'main.ts', outDir: 'out', target: 'node20' },
    ssr: { noExternal: true },
  });
  renameSync(folder.file('out/main.js'), folder.file('app.mjs'));
  await runsAlone(folder, 'app.mjs', 'koffi');
});

/** With two entries, so that what they share becomes a file of its own, which a child has to import. */
const split = {
  'shared.ts': `
    import { currentProcess } from 'manyfold';
    export const work = (): string => currentProcess().name;`,
  'other.ts': `
    import { Pool } from 'manyfold';
    import { work } from './shared.js';
    console.log(Pool.name, work());`,
  'main.ts': `
    import { getContext } from 'manyfold';
    import { work } from './shared.js';
    for (const method of ['forkserver', 'spawn', 'thread'] as const) {
      await using pool = new (getContext(method).Pool)(1);
      console.log(method, await pool.apply(work).catch((error) => error.cause.code));
    }`,
};
const refused = 'forkserver ERR_SECOND_COPY\nspawn ERR_SECOND_COPY\nthread ERR_SECOND_COPY\n';
const worked = /^forkserver \w+-1\nspawn \w+-\d\nthread \w+-\d\n$/;
const entries = ['main.ts', 'other.ts'];

async function printsOf(folder: ProgramFolder, file: string): Promise<string> {
  const { stdout, stderr, code } = await runProgram(folder.file(file));
  assert.deepEqual([stderr, code], ['', 0]);
  return stdout;
}

for (const outside of [false, true]) {
  const outcome = outside ? 'with the package outside runs as any other' : 'with the package in it is told what to do';
  const check = (printed_: string): void =>
    outside ? assert.match(printed_, worked) : assert.equal(printed_, refused);

  test(`a program that esbuild has split ${outcome}`, async () => {
    using folder = programFolder(split);
    const files = entries.map((name) => folder.file(name));
    const options = ['--bundle', '--splitting', '--platform=node', '--format=esm', `--outdir=${folder.file('out')}`];
    esbuild([...files, ...options, ...(outside ? ['--packages=external'] : [])]);
    check(await printsOf(folder, 'out/main.js'));
  });

  test(`a program that rollup has split ${outcome}`, async () => {
    using folder = programFolder(
      Object.fromEntries(Object.entries(split).map(([name, text]) => [name.replace('.ts', '.js'), javascript(text)])),
    );
    const bundle = await rollup({
      input: entries.map((name) => folder.file(name.replace('.ts', '.js'))),
      external: outside ? [/^manyfold/] : ['cli-progress'],
      plugins: [nodeResolve()],
    });
    await bundle.write({ dir: folder.file('out'), format: 'esm' });
    await bundle.close();
    check(await printsOf(folder, 'out/main.js'));
  });

  test(`a program that Vite has split ${outcome}`, async () => {
    using folder = programFolder(split);
    await vite({
      root: folder.path,
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        rollupOptions: { input: entries.map((name) => folder.file(name)) },
        outDir: 'out',
        target: 'node20',
      },
      ssr: outside ? { external: ['manyfold'] } : { noExternal: true },
    });
    check(await printsOf(folder, 'out/main.js'));
  });
}

test('a program that leaves the package outside runs as any other', async () => {
  using folder = programFolder({ 'main.ts': program });
  const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external'];
  esbuild([folder.file('main.ts'), ...options, `--outfile=${folder.file('app.mjs')}`]);
  const result = await runProgram(folder.file('app.mjs'));
  assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
});

test('koffi is found through the package, and its absence is an error that says so', async () => {
  using folder = programFolder({ 'main.ts': program });
  esbuild([
    folder.file('main.ts'),
    '--bundle',
    '--platform=node',
    '--format=esm',
    `--outfile=${folder.file('app.mjs')}`,
  ]);
  await runsAlone(folder, 'app.mjs', 'manyfold');
  rmSync(folder.file('alone/node_modules'), { recursive: true });
  const { code, stderr } = await runProgram(folder.file('alone/app.mjs'));
  assert.equal(code, 1);
  assert.match(stderr, /RuntimeError: manyfold needs the package 'koffi'[^]*code: 'ERR_NO_KOFFI'/);
});
