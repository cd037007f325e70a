// Makes a clone ready to run: installs what is missing and builds what is stale. It is quiet when there is nothing to do,
// and it writes to stderr only, so that what follows it owns stdout.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const builtFile = /\.(?:d\.ts|js)(?:\.map)?$/;

/** The files below a folder that match, as paths relative to it. */
export function filesBelow(folder, pattern) {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true }).map(String);
  return paths.filter((path) => pattern.test(path)).toSorted();
}

/** When a file was last written; 0 if it is not there. */
export function writtenAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function run(title, command, args) {
  console.error(`manyfold: ${title}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`manyfold: ${title} failed${error ? `: ${error.message}` : ''}`);
    process.exit(status || 1);
  }
}

function install() {
  // npm writes this file at the end of each install.
  if (writtenAt(join(root, 'node_modules/.package-lock.json')) >= writtenAt(join(root, 'package-lock.json'))) return;
  run('installing what is missing', process.platform === 'win32' ? 'npm.cmd' : 'npm', [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
  ]);
}

function isStale(stamp, inputs) {
  const built = writtenAt(stamp);
  return built === 0 || inputs.some((path) => writtenAt(join(root, path)) > built);
}

/** A folder and all in it: the time of a folder changes when a file of it comes or goes. */
function allOf(folder) {
  return ['', ...filesBelow(join(root, folder), /./)].map((path) => join(folder, path));
}

/** Removes what was built from sources that are gone: a deleted test must not go on passing. */
function prune(outDir, sourceOf) {
  for (const path of filesBelow(outDir, builtFile)) {
    if (!existsSync(sourceOf(path.replace(builtFile, '.ts')))) rmSync(join(outDir, path));
  }
}

function compile(title, { config, stamp, folders, outDir, sourceOf, after = [] }) {
  const stampPath = join(root, 'build', stamp);
  if (!isStale(stampPath, [config, 'tsconfig.json', 'package.json', ...after, ...folders.flatMap(allOf)])) return;
  const started = new Date();
  run(title, process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config]);
  prune(join(root, outDir), (path) => join(root, sourceOf(path)));
  mkdirSync(dirname(stampPath), { recursive: true });
  writeFileSync(stampPath, '');
  // What was saved while the compiler ran is newer than the stamp, and is built next time.
  utimesSync(stampPath, started, started);
}

function bundle() {
  const stampPath = join(root, 'build/bundle.stamp');
  if (!isStale(stampPath, ['build/library.stamp', 'package.json', ...allOf('scripts/bundle')])) return;
  rmSync(join(root, 'bundle'), { recursive: true, force: true });
  run('bundling the library', process.execPath, [join(root, 'scripts/bundle/main.mjs')]);
  writeFileSync(stampPath, '');
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`manyfold: this needs Node 20.19 or later, not ${process.versions.node}`);
  process.exit(1);
}

/** Installs and builds; `force` builds also what looks fresh. */
export function setup({ force = false } = {}) {
  checkNode();
  install();
  if (force) rmSync(join(root, 'build/library.stamp'), { force: true });
  compile('building the library', {
    config: 'tsconfig.json',
    stamp: 'library.stamp',
    folders: ['src'],
    outDir: 'dist',
    sourceOf: (path) => join('src', path),
  });
  bundle();
  compile('building tests, examples and benches', {
    config: 'tsconfig.tests.json',
    stamp: 'tests.stamp',
    folders: ['tests', 'examples', 'bench'],
    outDir: 'build',
    sourceOf: (path) => path,
    after: ['build/library.stamp'],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup({ force: process.argv.includes('--force') });
