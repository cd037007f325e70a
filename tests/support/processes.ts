/** What /proc says about the processes of a test program: itself, its descendants, and those it has orphaned. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { pauseSync } from './wait.js';

export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  /** One letter, as in proc(5): R running, S sleeping, Z a zombie that nobody has waited for. */
  readonly state: string;
  readonly command: string;
  /** As the process calls itself, up to 15 characters. */
  readonly name: string;
}

/** The file's text, or undefined when the process is gone or not ours. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}

function processInfo(pid: number): ProcessInfo | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  // The name in parentheses may itself hold spaces and parentheses.
  const [state = '', ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const command = readProc(pid, 'cmdline')?.split('\0').join(' ').trim();
  return { pid, ppid: Number(ppid), state, name, command: command || `[${name}]` };
}

export function allProcesses(): ProcessInfo[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => processInfo(Number(pid))).filter((info) => info !== undefined);
}

/** Whether the process exists and has not ended; one that only waits to be collected has. */
export function isRunning(pid: number): boolean {
  return !['Z', 'X', undefined].includes(processInfo(pid)?.state);
}

/** Blocks until a process is in this state: a letter, as in proc(5). */
export function untilState(pid: number, state: string): void {
  while (processInfo(pid)?.state !== state) pauseSync();
}

/** Whether the process was launched with this environment variable; true also for what it has forked since. */
function hasEnvironment(pid: number, entry: string): boolean {
  return readProc(pid, 'environ')?.split('\0').includes(entry) ?? false;
}

/**
 * The descendants of `ancestor` and, with `mark` (`NAME=value`), whoever carries that in the environment: a process
 * whose parent has died is nobody's descendant, but it keeps the mark.
 */
export function relatives(ancestor: number, mark?: string): ProcessInfo[] {
  const all = allProcesses();
  const byPid = new Map(all.map((info) => [info.pid, info]));
  const isDescendant = ({ ppid }: ProcessInfo): boolean => {
    const parent = byPid.get(ppid);
    return ppid === ancestor || (parent !== undefined && isDescendant(parent));
  };
  const above = new Set<number>();
  for (let at = byPid.get(ancestor); at !== undefined; at = byPid.get(at.ppid)) above.add(at.pid);
  return all.filter(
    (info) => !above.has(info.pid) && (isDescendant(info) || (mark !== undefined && hasEnvironment(info.pid, mark))),
  );
}

/** One line about a process, for a message. */
export function describeProcess({ pid, ppid, state, command }: ProcessInfo): string {
  return `${pid} (parent ${ppid}, state ${state}) ${command}`;
}

/** What a process is doing right now: where each of its threads waits in the kernel. For a hang's post-mortem. */
export function dumpProcess(info: ProcessInfo): string {
  const threads = readThreads(info.pid).map((tid) => {
    const name = readProc(info.pid, `task/${tid}/comm`)?.trim();
    const where = readProc(info.pid, `task/${tid}/wchan`) ?? '?';
    const call = readProc(info.pid, `task/${tid}/syscall`)?.trim() ?? '?';
    return `  thread ${tid} ${name}: wchan ${where}, syscall ${call}`;
  });
  return [describeProcess(info), ...threads].join('\n');
}

function readThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** What each open descriptor of this process leads to, as `[descriptor, target]`. */
export function openDescriptors(): [descriptor: number, target: string][] {
  return readdirSync('/proc/self/fd').flatMap((fd): [number, string][] => {
    try {
      return [[Number(fd), readlinkSync(`/proc/self/fd/${fd}`)]];
    } catch {
      return []; // the descriptor by which the folder itself was read
    }
  });
}

/** Whether a process other than these holds the file open or mapped. */
export function isHeldByOthers(path: string, ours: ReadonlySet<number>): boolean {
  return allProcesses().some(({ pid }) => {
    if (ours.has(pid)) return false;
    if (readProc(pid, 'maps')?.includes(path)) return true;
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
    } catch {
      return false;
    }
  });
}
