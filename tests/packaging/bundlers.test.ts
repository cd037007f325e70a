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
