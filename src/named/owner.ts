import fs from 'node:fs';
import { MAIN_SLOT } from '../memory/layout.js';
import { header } from '../memory/program.js';
import { PID, readSlot, self, START_TIME } from '../memory/slots.js';
import { isRunning } from '../system/life.js';
import { randomBytes } from '../system/random.js';

/**
 * Names say to which program they belong:
 *
 *   manyfold.NAMESPACE.PID.START               the program's register (register.ts)
 *   manyfold.NAMESPACE.PID.START.RANDOM        a segment that was given no name, or has not got its own yet
 *
 * PID and START, its start time, are those of the program's main process. They mean something only in their NAMESPACE of
 * process ids: containers may share the folder.
 */
const PREFIX = 'manyfold';

/** The main process of a program. */
export interface Owner {
  readonly pid: number;
  readonly start: number;
}

/** The main process of this program. */
export function owner(): Owner {
  self(); // the main process has its slot from now on
  const main = header()[MAIN_SLOT]!;
  return { pid: readSlot(main, PID)!, start: readSlot(main, START_TIME)! };
}

export function registerName({ pid, start }: Owner): string {
  return `${PREFIX}.${namespace()}.${pid}.${start >>> 0}`;
}

export function freshName(of: Owner): string {
  return `${registerName(of)}.${Buffer.from(randomBytes(4)).toString('hex')}`;
}

/** To which program a name belongs; undefined for names that do not say, or not to us. */
export function ownerOf(name: string): Owner | undefined {
  const [prefix, space, pid, start] = name.split('.');
  if (prefix !== PREFIX || space !== namespace() || !isNumber(pid) || !isNumber(start)) return undefined;
  return { pid: Number(pid), start: Number(start) | 0 };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text);
}

export function isAlive({ pid, start }: Owner): boolean {
  return isRunning(pid, start);
}

function namespace(): string {
  return /\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))![0];
}
