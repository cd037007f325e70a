/** Finds the node of the syntax tree that a function was made from. */
import type { Location } from './inspector.js';
import type { Script, Site } from './script.js';

export interface Located {
  readonly site: Site;
  /** The function's own text: for a method without `static`. */
  readonly text: string;
  readonly start: number;
}

/** `Function.prototype.toString` of the function, whatever the program has defined over it. */
export function textOf(fn: object): string {
  return Function.prototype.toString.call(fn);
}

/** Whether the function has no JavaScript source. */
export function isNative(fn: object): boolean {
  return textOf(fn).endsWith('{ [native code] }');
}

export function locate(script: Script, fn: object, location: Location): Located | undefined {
  const text = textOf(fn);
  // Some loaders compile a source at an offset (vite-node at a negative column).
  const line = location.lineNumber - script.raw.startLine;
  const column = location.columnNumber - (line === 0 ? script.raw.startColumn : 0);
  const position = (script.lines[line] ?? 0) + column;
  let inner: Located | undefined;
  // Sites stand in the order of the source, outer ones first: the last that fits is the innermost.
  for (const site of script.sites) {
    if (site.node.start > position && outerStart(site) > position) break;
    if (site.node.end >= position) inner = matching(script, site, text) ?? inner;
  }
  return inner ?? unique(script, text);
}

/** The reported position is wrong when a loader changes the text after the offset was taken: a unique text will do. */
function unique(script: Script, text: string): Located | undefined {
  const at = script.source.indexOf(text);
  if (at < 0 || script.source.includes(text, at + 1)) return undefined;
  for (const site of script.sites) {
    const found = matching(script, site, text);
    if (found) return found;
  }
  return undefined;
}

function matching(script: Script, site: Site, text: string): Located | undefined {
  const start = site.node.end - text.length;
  if (start < outerStart(site) || !script.source.startsWith(text, start)) return undefined;
  return { site, text, start };
}

/** A method's text begins with its key, which stands before the function node. */
function outerStart(site: Site): number {
  return isMethod(site) ? (site.holder?.start ?? site.node.start) : site.node.start;
}

export function isMethod({ holder }: Site): boolean {
  return (
    holder?.type === 'MethodDefinition' || (holder?.type === 'Property' && (holder.method || holder.kind !== 'init'))
  );
}
