import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { guard } from '../support/guard.js';
import { programFolder, runProgram } from '../support/program.js';
import { javascript } from './esbuild.js';
import { packed } from './pack.js';
import { printed, program } from './program.js';
import { rmSync } from 'node:fs';

guard();

const { NODE_OPTIONS: _options, ...env } = process.env;
const LIMIT = 100_000;

const answers = spawnSync('npm', ['view', 'acorn@8', 'name', '--fetch-timeout=5000', '--fetch-retries=0'], { env });
const skip = answers.status === 0 ? false : 'there is no npm registry here';

const managers = {
  npm: ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
  pnpm: ['npx', '--yes', 'pnpm@10', 'add', '--ignore-scripts'],
};

for (const [name, [command, ...args]] of Object.entries(managers)) {
  test(`the tarball is installed by ${name} into an empty project, and runs there`, { skip }, async () => {
    const { file } = await packed();
    using folder = programFolder({ 'main.mjs': javascript(program) });
    rmSync(folder.file('node_modules'), { recursive: true });
    await new Promise<void>((resolve, reject) => {
      execFile(command!, [...args, file], { cwd: folder.path, env, timeout: LIMIT }, (error, stdout, stderr) =>
        error ? reject(new Error(`${stdout}${stderr}`)) : resolve(),
      );
    });
    const result = await runProgram(folder.file('main.mjs'));
    assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
  });
}
