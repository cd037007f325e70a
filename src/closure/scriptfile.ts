/**
 * The source of a script, read from its file. To ask the engine for sources lists and hashes all scripts of the process,
 * 20 to 40 ms at the first time; to ask it only for their addresses costs a fraction, and for the entry script, whose
 * functions are what most programs send, nothing has to be asked.
 *
 * The file is taken only when it must be what the engine runs: JavaScript, no loader, unchanged since the process began,
 * as long as the engine says, and with the function's text where the engine says that it stands.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { entryUrl } from './entry.js';
import type { Location, RawScript } from './inspector.js';
import { listedScript } from './listing.js';
import { textOf } from './locate.js';
import { hasMade } from './provenance.js';

/** By URL; null when the file must not be used. */
const sources = new Map<string, string | null>();

/** @param hasModuleScope whether the engine says that the function sees the variables of a module */
export function scriptOfFile(fn: object, location: Location, hasModuleScope: boolean): RawScript | undefined {
  // What is rebuilt stands at the lines of the original, but never in a module.
  if (hasLoader() || (!hasModuleScope && hasMade())) return undefined;
  const found = scriptOfEntry(fn, location, hasModuleScope) ?? scriptOfListed(fn, location);
  if (!found) return undefined;
  const { url, source } = found;
  const isModule = hasModuleScope || isModuleFile(url, source);
  if (isModule === undefined) return undefined;
  // The engine names scripts that are no modules by path.
  const address = isModule ? url : fileURLToPath(url);
  return { id: location.scriptId, url: address, isModule, startLine: 0, startColumn: 0, source };
}

/** A module none of whose variables is captured has no scope of its own. Undefined: only the engine knows. */
function isModuleFile(url: string, source: string): boolean | undefined {
  if (/\.[cm]js$/.test(url)) return url.endsWith('.mjs');
  return /\b(?:import|export|await)\b/.test(source) ? undefined : false;
}

interface Found {
  readonly url: string;
  readonly source: string;
}

function scriptOfEntry(fn: object, location: Location, hasModuleScope: boolean): Found | undefined {
  const url = entryUrl();
  if (!url || (!hasModuleScope && url.endsWith('.mjs'))) return undefined;
  const source = readSource(url);
  return source !== null && standsIn(source, fn, location) ? { url, source } : undefined;
}

function scriptOfListed(fn: object, location: Location): Found | undefined {
  const listed = listedScript(location.scriptId);
  if (!listed) return undefined;
  const { url, length } = listed;
  const source = readSource(url);
  if (source === null || (length !== undefined && source.length !== length)) return undefined;
  return standsIn(source, fn, location) ? { url, source } : undefined;
}

function hasLoader(): boolean {
  return /--(import|require|loader|experimental-(loader|transform-types))\b|-r\b/.test(
    `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`,
  );
}

function readSource(url: string): string | null {
  const known = sources.get(url);
  if (known !== undefined) return known;
  const source = readUnchanged(url);
  sources.set(url, source);
  return source;
}

function readUnchanged(url: string): string | null {
  if (!/^file:.*\.[cm]?js$/.test(url)) return null;
  try {
    const path = fileURLToPath(url);
    // The time of the last change of any kind: a copy may keep the time of the contents.
    return statSync(path).ctimeMs < performance.timeOrigin ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : null;
  } catch {
    return null;
  }
}

function standsIn(source: string, fn: object, { lineNumber, columnNumber }: Location): boolean {
  const position = positionOf(source, lineNumber) + columnNumber;
  const text = textOf(fn);
  const start = source.lastIndexOf(text, position);
  return start >= 0 && start + text.length >= position;
}

function positionOf(text: string, line: number): number {
  let at = 0;
  for (let count = 0; count < line; count++) {
    at = text.indexOf('\n', at) + 1;
    if (at === 0) return -1;
  }
  return at;
}
