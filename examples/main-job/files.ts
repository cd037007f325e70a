import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const sourceFile = /\.[cm]?[jt]sx?$/;

/**
 * The source files below a folder, sorted. What turns out to be unreadable is in the list too (a folder, a link that
 * leads nowhere), so that whoever reads the list meets the error.
 */
export function sourceFilesBelow(folder: string): string[] {
  return [...walk(folder)].toSorted();
}

/** The same for a program that cannot go on without them: says what is wrong with the folder, and ends. */
export function listSources(folder: string): string[] {
  try {
    return sourceFilesBelow(folder);
  } catch (error) {
    console.error(`This folder cannot be read: ${String(error)}`);
    return process.exit(1);
  }
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* isReadable(path) ? walk(path) : [path];
    else if (sourceFile.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && leadsToFile(path))))
      yield path;
  }
}

function isReadable(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

// Links to folders are not followed: they may lead in circles.
function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile();
  } catch {
    return true;
  }
}
