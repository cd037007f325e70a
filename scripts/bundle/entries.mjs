import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, root } from '../setup.mjs';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What users import, and the programs of the library's own processes: files below dist/ and bundle/ alike. */
export const entries = Object.values(exports).flatMap(
  (paths) => paths.default?.match(/^\.\/bundle\/(.*)\.js$/)?.[1] ?? [],
);
export const programs = filesBelow(join(root, 'dist/boot'), /\.js$/).map((path) => `boot/${path.replace(/\.js$/, '')}`);
