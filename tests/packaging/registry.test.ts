import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { guard } from '../support/guard.js';
import { programFolder, root, runProgram } from '../support/program.js';
import { javascript } from './esbuild.js';
import { packed } from './pack.js';
import { printed, program } from './program.js';

const execute = promisify(execFile);

guard();

const { NODE_OPTIONS: _options, ...env } = process.env;
const LIMIT = 100_000;

const answers = spawnSync('npm', ['view', 'acorn@8', 'name', '--fetch-timeout=5000', '--fetch-retries=0'], { env });
const skip = answers.status === 0 ? false : 'there is no npm registry here';

const compilerOptions = {
  strict: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  outDir: 'out',
};

const managers = {
  npm: ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
  pnpm: ['npx', '--yes', 'pnpm@10', 'add', '--ignore-scripts'],
};

for (const [name, [command, ...args]] of Object.entries(managers)) {
  test(
    `the tarball is installed by ${name} into an empty project, and runs there: JavaScript, CommonJS, TypeScript`,
    { skip },
    async () => {
      const { file } = await packed();
      using folder = programFolder({
        'main.mjs': javascript(program),
        'main.cjs': javascript(program, 'cjs'),
        'typed.mts': program,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['typed.mts'] }),
      });
      rmSync(folder.file('node_modules'), { recursive: true });
      await execute(command!, [...args, file], { cwd: folder.path, env, timeout: LIMIT });
      await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder.path]);
      for (const main of ['main.mjs', 'main.cjs', 'out/typed.mjs']) {
        const result = await runProgram(folder.file(main));
        assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null }, main);
      }
    },
  );
}
