import fs from 'node:fs';
import { underHeapLock } from '../memory/heap.js';
import { inodeOf, pathOf, removeName } from './folder.js';
import { freshName, owner, registerName, type Owner } from './owner.js';

/**
 * Which names a program has given to segments: a file that lies beside them, so that whoever finds the program dead knows
 * what to remove. A line is an inode and a name; a segment of that name with another inode is somebody else's.
 */
interface Entry {
  readonly inode: number;
  readonly name: string;
}

export function entriesOf(of: Owner): Entry[] {
  const lines = readLines(pathOf(registerName(of)));
  return lines.map((line) => {
    const [inode, name] = line.split(' ') as [string, string];
    return { inode: Number(inode), name: decodeURIComponent(name) };
  });
}

export function register(name: string, inode: number): void {
  change((entries) => [...entries, { inode, name }]);
}

/** Forgets a name; also one that is not registered. */
export function unregister(name: string): void {
  change((entries) => entries.filter((entry) => entry.name !== name));
}

/** Whether a registered name still leads to the same segment. */
export function isThere({ name, inode }: Entry): boolean {
  return inodeOf(name) === inode;
}

/** The file is always whole: a new one takes its place. Under the heap's lock, because any process may do it. */
function change(how: (entries: Entry[]) => Entry[]): void {
  underHeapLock(() => {
    const me = owner();
    const entries = how(entriesOf(me));
    if (entries.length === 0) {
      removeName(registerName(me));
      return;
    }
    const next = pathOf(freshName(me));
    const lines = entries.map(({ inode, name }) => `${inode} ${encodeURIComponent(name)}\n`);
    fs.writeFileSync(next, lines.join(''), { mode: 0o600 });
    fs.renameSync(next, pathOf(registerName(me)));
  });
}

function readLines(path: string): string[] {
  try {
    return fs.readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
