import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOwnFrame } from '../system/installation.js';

/** Where something was said. */
export interface Caller {
  /** The file's path, or what takes its place. */
  readonly pathName: string;
  readonly fileName: string;
  readonly lineNumber: number;
}

const NOBODY: Caller = { pathName: '', fileName: '', lineNumber: 0 };

/** Frames of one call; the caller of a method of the logger is not far. */
const DEPTH = 10;

/** The nearest caller outside of the library. */
export function callerOf(): Caller {
  for (const frame of frames()) {
    const place = /\(?((?:file:\/\/)?\/?[^()]+):(\d+):\d+\)?$/.exec(frame);
    if (!place || isOwnFrame(frame)) continue;
    const pathName = pathOf(place[1]!.replace(/^\s*at (?:async )?/, ''));
    return { pathName, fileName: basename(pathName), lineNumber: Number(place[2]) };
  }
  return NOBODY;
}

function frames(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack } = new Error('where');
  Error.stackTraceLimit = before;
  return stack?.split('\n').slice(1) ?? [];
}

function pathOf(address: string): string {
  return address.startsWith('file:') ? fileURLToPath(address) : address;
}
