import { decode } from '../codec/decode.js';
import { readParcel } from '../memory/parcel.js';
import { inForkedChild } from '../system/generation.js';

export type Target = (...args: unknown[]) => unknown;

/** In a worker: the functions of jobs, read once. A few are kept, since a pool's tasks mostly call the same ones. */
const targets = new Map<number, Target | Promise<Target>>();
const TARGETS_KEPT = 64;

inForkedChild(() => targets.clear());

export function targetOf(job: number, parcel: number): Target | Promise<Target> {
  return targets.get(job) ?? readTarget(job, parcel);
}

function readTarget(job: number, parcel: number): Target | Promise<Target> {
  const target = readParcel(parcel, (bytes) => decode(bytes)) as Target | Promise<Target>;
  keepTarget(job, target);
  if (target instanceof Promise) {
    target.then(
      (read) => keepTarget(job, read),
      () => targets.delete(job),
    );
  }
  return target;
}

function keepTarget(job: number, target: Target | Promise<Target>): void {
  targets.set(job, target);
  if (targets.size > TARGETS_KEPT) targets.delete(targets.keys().next().value!);
}
