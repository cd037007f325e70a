import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../tests/support/peers.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Where a run took place, and of what. */
export function describeMachine(): Machine {
  const python = findPython();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${process.arch}, kernel ${release()}`,
    versions: {
      manyfold: versionAt('../../../package.json'),
      node: process.versions.node,
      ...(python && { cpython: python.version }),
      piscina: versionAt('../../../node_modules/piscina/package.json'),
      tinypool: versionAt('../../../node_modules/tinypool/package.json'),
      workerpool: versionAt('../../../node_modules/workerpool/package.json'),
      poolifier: versionAt('../../../node_modules/poolifier/package.json'),
      fastq: versionAt('../../../node_modules/fastq/package.json'),
      async: versionAt('../../../node_modules/async/package.json'),
      'p-queue': versionAt('../../../node_modules/p-queue/package.json'),
    },
  };
}

function versionAt(path: string): string {
  const text = readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function nameVersions({ versions }: Machine): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
