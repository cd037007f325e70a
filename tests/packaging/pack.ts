/** The package as it is published. */

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { programFolder, root, type ProgramFolder } from '../support/program.js';

const execute = promisify(execFile);

export interface Packed {
  readonly file: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

let packing: Promise<Packed> | undefined;

/** Packs once for all tests of a file. */
export function packed(): Promise<Packed> {
  packing ??= pack();
  return packing;
}

async function pack(): Promise<Packed> {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const destination = join(root, `build/packed-${process.pid}`);
  mkdirSync(destination, { recursive: true });
  process.once('exit', () => rmSync(destination, { recursive: true, force: true }));
  const command = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await execute('npm', command, { cwd: root, env });
  const [made] = JSON.parse(stdout) as [Omit<Packed, 'file'> & { readonly filename: string }];
  return { ...made, file: join(destination, made.filename) };
}

/** A project that has the package from its tarball, and beside it what that depends on. */
export async function project(files: Readonly<Record<string, string>>): Promise<ProgramFolder> {
  const folder = programFolder(files);
  const home = folder.file('node_modules/manyfold');
  rmSync(home);
  mkdirSync(home);
  await execute('tar', ['-xzf', (await packed()).file, '--strip-components=1', '-C', home]);
  const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    readonly dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const place = folder.file(`node_modules/${name}`);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place, 'dir');
  }
  return folder;
}
