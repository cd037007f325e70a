/**
 * The source of the entry script, read from its file. To ask the engine for sources lists all scripts of the process,
 * 20 ms at the first time; most programs capture nothing but functions of their entry script.
 *
 * The file is taken only when it must be what the engine runs: JavaScript, no loader, unchanged since the process began,
 * and the function's text stands in it where the engine says that it does.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { entryUrl } from './entry.js';
import type { Location, RawScript } from './inspector.js';
import { hasMade } from './provenance.js';
import { textOf } from './locate.js';

/** Read once; null when the file must not be used. */
let source: string | null | undefined;

export function scriptOfEntry(
  fn: object,
  { scriptId, lineNumber, columnNumber }: Location,
  isModule: boolean,
): RawScript | undefined {
  // What is rebuilt stands at the lines of the original, but never in a module.
  if (!isModule && (hasMade() || entryUrl()?.endsWith('.mjs'))) return undefined;
  source ??= readEntry();
  if (source === null) return undefined;
  const position = positionOf(source, lineNumber) + columnNumber;
  const text = textOf(fn);
  const start = source.lastIndexOf(text, position);
  if (start < 0 || start + text.length < position) return undefined;
  const url = entryUrl() ?? '';
  return { id: scriptId, url: isModule ? url : fileURLToPath(url), isModule, startLine: 0, startColumn: 0, source };
}

function readEntry(): string | null {
  const url = entryUrl();
  const hasLoader = /--(import|require|loader|experimental-(loader|transform-types))\b|-r\b/.test(
    `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`,
  );
  if (!url || hasLoader || !/\.[cm]?js$/.test(url)) return null;
  try {
    const path = fileURLToPath(url);
    // The time of the last change of any kind: a copy may keep the time of the contents.
    return statSync(path).ctimeMs < performance.timeOrigin ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : null;
  } catch {
    return null;
  }
}

function positionOf(text: string, line: number): number {
  let at = 0;
  for (let count = 0; count < line; count++) {
    at = text.indexOf('\n', at) + 1;
    if (at === 0) return -1;
  }
  return at;
}
