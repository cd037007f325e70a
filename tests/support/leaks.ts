/**
 * Nothing outlives a test: no process, no entry in /dev/shm, no temporary file, no descriptor. A test program takes a
 * snapshot before each test and compares after it; what is just ending gets its time, as much as a busy machine may need.
 */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProcess, isHeldByOthers, openDescriptors, relatives, type ProcessInfo } from './processes.js';
import { until } from './wait.js';

export interface LeakOptions {
  /** Processes that may live as long as the test program does. The default allows its one fork server. */
  readonly mayStay?: (info: ProcessInfo) => boolean;
  /** Descriptors (by what they lead to, as in /proc/self/fd) that may stay open, however many. The default allows none. */
  readonly mayStayOpen?: (target: string) => boolean;
  /** Names in the temporary folder that other tools keep as their cache. */
  readonly mayStayInTemporary?: (name: string) => boolean;
  /**
   * Kinds of descriptors that have grown once already. A library opens some things on first use and keeps them: the
   * first growth of a kind only gets it into this set, the second is a leak. Without a set each growth is one.
   */
  readonly grownOnce?: Set<string>;
  /** How long (ms) what is ending may take to end. */
  readonly patience?: number;
}

export interface Snapshot {
  readonly processes: ReadonlySet<number>;
  readonly descriptors: ReadonlyMap<string, number>;
  readonly memory: ReadonlySet<string>;
  readonly temporary: ReadonlySet<string>;
}

/** Something that is there now and was not there before. */
export interface Leak {
  readonly what: 'process' | 'shared memory' | 'temporary file' | 'descriptors';
  readonly name: string;
  readonly text: string;
}

const markName = 'MANYFOLD_TEST_PROGRAM';
const sharedMemory = '/dev/shm';

/** A fork server that this process has launched itself; what the server forks has the same command line, but not the parent. */
export function isForkServer({ ppid, command }: ProcessInfo): boolean {
  return ppid === process.pid && /manyfold/i.test(command) && /fork-?server/i.test(command);
}

/** The one that a fork server has forked ahead, until it is told what it is. */
function isSpareOf(servers: readonly ProcessInfo[], { ppid, name }: ProcessInfo): boolean {
  return name === 'manyfold-spare' && servers.some(({ pid }) => pid === ppid);
}

/** The one that waits for the end of this process, to remove the named memory that it may leave. */
function isWatcher({ command }: ProcessInfo): boolean {
  return command.includes(`manyfold-watcher ${process.pid} `);
}

/**
 * Marks the processes that this program will start, and gives it a temporary folder of its own, so that test programs
 * that run side by side do not take each other's leftovers for theirs. Undone when the program ends.
 */
export function claimProgram(): void {
  if (process.env[markName] !== undefined) return;
  process.env[markName] = `${process.pid}-${Date.now()}`;
  const folder = mkdtempSync(join(tmpdir(), 'manyfold-test-'));
  process.env['TMPDIR'] = folder;
  const owner = process.pid;
  process.on('exit', () => {
    if (process.pid === owner) rmSync(folder, { recursive: true, force: true });
  });
}

function ownProcesses(): ProcessInfo[] {
  const mark = process.env[markName];
  return relatives(process.pid, mark === undefined ? undefined : `${markName}=${mark}`);
}

function names(folder: string): Set<string> {
  return new Set(existsSync(folder) ? readdirSync(folder) : []);
}

/** Descriptors are counted by kind: numbers and inodes are used again, kinds are not. */
function descriptorKinds(): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const [, target] of openDescriptors()) {
    const kind = target.replace(/:\[\d+\]$/, '').replaceAll(/\d{3,}/g, 'N');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

export function takeSnapshot(): Snapshot {
  return {
    processes: new Set(ownProcesses().map(({ pid }) => pid)),
    descriptors: descriptorKinds(),
    memory: names(sharedMemory),
    temporary: names(tmpdir()),
  };
}

/** Whatever came after the snapshot and is still there. */
export function leaksSince(before: Snapshot, options: LeakOptions = {}): Leak[] {
  const processes = ownProcesses();
  const ours = new Set([process.pid, ...processes.map(({ pid }) => pid)]);
  return [
    ...leakedProcesses(processes, before, options),
    ...leakedMemory(ours, before),
    ...leakedFiles(before, options),
    ...leakedDescriptors(before, options),
  ];
}

function leakedProcesses(processes: ProcessInfo[], before: Snapshot, { mayStay = isForkServer }: LeakOptions): Leak[] {
  const servers = processes.filter((info) => mayStay(info));
  const spares = processes.filter((info) => isSpareOf(servers, info));
  const strangers = processes.filter(
    (info) => !before.processes.has(info.pid) && ![...servers, ...spares].includes(info) && !isWatcher(info),
  );
  const leak = (info: ProcessInfo, note = ''): Leak => ({
    what: 'process',
    name: String(info.pid),
    text: `process ${describeProcess(info)}${note}`,
  });
  const several = servers.length > 1 ? servers.map((info) => leak(info, ', one of several fork servers')) : [];
  const spare = spares.length > servers.length ? spares.map((info) => leak(info, ', one of several spares')) : [];
  return [...strangers.map((info) => leak(info)), ...several, ...spare];
}

/** Of another program that runs at the same time: named memory says whose it is. */
function isOthers(name: string, ours: ReadonlySet<number>): boolean {
  const owner = /^manyfold\.\d+\.(\d+)\./.exec(name)?.[1];
  return owner !== undefined && !ours.has(Number(owner)) && existsSync(`/proc/${owner}`);
}

function leakedMemory(ours: ReadonlySet<number>, before: Snapshot): Leak[] {
  return [...names(sharedMemory)]
    .filter(
      (name) => !before.memory.has(name) && !isOthers(name, ours) && !isHeldByOthers(join(sharedMemory, name), ours),
    )
    .map((name) => ({ what: 'shared memory', name, text: `shared memory ${join(sharedMemory, name)}` }));
}

// Caches that other tools keep in the temporary folder.
const toolCaches = /^(?:tsx-|node-compile-cache)/;

function leakedFiles(before: Snapshot, { mayStayInTemporary = (name) => toolCaches.test(name) }: LeakOptions): Leak[] {
  return [...names(tmpdir())]
    .filter((name) => !before.temporary.has(name) && !mayStayInTemporary(name))
    .map((name) => ({ what: 'temporary file', name, text: `temporary file ${join(tmpdir(), name)}` }));
}

function leakedDescriptors(before: Snapshot, { mayStayOpen = () => false }: LeakOptions): Leak[] {
  return [...descriptorKinds()].flatMap(([name, count]): Leak[] => {
    const allowed = before.descriptors.get(name) ?? 0;
    if (count <= allowed || mayStayOpen(name)) return [];
    return [{ what: 'descriptors', name, text: `${count} descriptors of '${name}', ${allowed} before` }];
  });
}

/** For so long (ms) what may have been opened on first use gets its chance to be closed after all. */
const SETTLING = 2000;

/** Waits until nothing is left of what came after the snapshot, and throws an error that lists what stays. */
export async function assertNoLeaks(before: Snapshot, options: LeakOptions = {}): Promise<void> {
  const { grownOnce, patience = 10_000 } = options;
  const isFirstGrowth = ({ what, name }: Leak) => what === 'descriptors' && grownOnce?.has(name) === false;
  const start = performance.now();
  let leaks: Leak[] = [];
  await until(() => {
    leaks = leaksSince(before, options);
    const mayStay = performance.now() - start > SETTLING;
    return leaks.every((leak) => mayStay && isFirstGrowth(leak));
  }, patience);
  const serious = leaks.filter((leak) => !isFirstGrowth(leak));
  for (const { name } of leaks.filter((leak) => isFirstGrowth(leak))) grownOnce?.add(name);
  if (serious.length === 0) return;
  killStrangers(before, options);
  throw new Error(`left behind by this test:\n  ${serious.map(({ text }) => text).join('\n  ')}`);
}

/** One leak is one failure: what stays must not fail the tests after this one, nor keep the runner waiting. */
function killStrangers(before: Snapshot, { mayStay = isForkServer }: LeakOptions): void {
  const processes = ownProcesses();
  const servers = processes.filter((info) => mayStay(info));
  for (const info of processes) {
    if (
      before.processes.has(info.pid) ||
      [servers.includes(info), isSpareOf(servers, info), isWatcher(info)].includes(true)
    )
      continue;
    try {
      process.kill(info.pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
