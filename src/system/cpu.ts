import fs from 'node:fs';
import os from 'node:os';
import { schedGetAffinity, schedYield } from './libc.js';

/** The cpus that this process may really use: those of its affinity mask, and no more than its cgroup's quota. */
export function usableCpus(): number {
  return Math.max(1, Math.min(affinity() ?? os.availableParallelism(), Math.ceil(cgroupQuota() ?? Infinity)));
}

/** Lets another run who waits for this very processor, if there is one. */
export function yieldCpu(): void {
  schedYield();
}

function affinity(): number | undefined {
  const mask = new Uint8Array(128);
  const bytes = schedGetAffinity(0, mask.length, mask) as number;
  if (bytes < 0) return undefined;
  let cpus = 0;
  for (const byte of mask) for (let bits = byte; bits !== 0; bits &= bits - 1) cpus++;
  return cpus;
}

/** The quota in cpus (0.5 is half of one); undefined when there is none. The tightest of the groups above counts. */
function cgroupQuota(): number | undefined {
  const groups = read('/proc/self/cgroup') ?? '';
  const unified = /^0::(.*)$/m.exec(groups)?.[1];
  const classic = /^\d+:[^:]*\bcpu\b[^:]*:(.*)$/m.exec(groups)?.[1];
  const quotas = [
    ...ancestors(unified).map((group) => quotaOf(read(`/sys/fs/cgroup${group}/cpu.max`)?.split(' '))),
    ...ancestors(classic).map((group) => {
      const files = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => read(`/sys/fs/cgroup/cpu${group}/${file}`));
      return quotaOf(files);
    }),
  ].filter((quota) => quota !== undefined);
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}

function quotaOf(parts: readonly (string | undefined)[] | undefined): number | undefined {
  const [quota, period] = (parts ?? []).map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}

function ancestors(group: string | undefined): string[] {
  if (group === undefined) return [];
  const parts = group.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    parts
      .slice(0, depth)
      .map((part) => `/${part}`)
      .join(''),
  );
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
