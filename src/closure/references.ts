/** Finds the module and the export under which another process can have the same function. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownValue } from './descriptor.js';
import { isImportable } from './entry.js';
import type { Insight } from './inspector.js';
import { locate } from './locate.js';
import type { ImportRecord } from './payload.js';
import type { Script } from './script.js';
import { here } from '../system/installation.js';

export interface ModulePath {
  readonly record: ImportRecord;
  readonly path: readonly string[];
}

type Named = object & { readonly name: string };

/** The modules that `require` has loaded. */
const commonjsCache = (): NodeJS.Dict<NodeJS.Module> => createRequire(here).cache;

/** Of a function that stands in this script. */
export function findReference(fn: Named, script: Script, insight: Insight): ModulePath | undefined {
  if (!isImportable(script.href)) return undefined;
  if (!script.isModule) return commonjsReference(fn, script);
  const record: ImportRecord = { specifier: script.href, parent: '', kind: 'esm' };
  const scope = insight.scopes.find(({ description }) => description === 'Module')?.object;
  for (const [local, exported] of script.exports) {
    const path = pathBelow(read(scope, local), exported, fn);
    if (path) return { record, path };
  }
  // The engine does not list the binding of `export default <expression>`.
  if (script.defaultExport && insight.location) {
    const found = locate(script, fn, insight.location);
    if (found?.site.node === script.defaultExport) return { record, path: ['default'] };
  }
  return undefined;
}

function commonjsReference(fn: Named, script: Script): ModulePath | undefined {
  const file = script.raw.url.startsWith('file:') ? fileURLToPath(script.raw.url) : script.raw.url;
  const loaded = commonjsCache()[file];
  if (!loaded) return undefined;
  const record: ImportRecord = { specifier: file, parent: '', kind: 'cjs' };
  const exports: unknown = loaded.exports;
  if (exports === fn) return { record, path: [] };
  const path = pathAmong(exports, fn);
  return path && { record, path };
}

/** The module whose `module.exports`, or one of whose exports, this object is. */
export function findCommonjsExport(value: object): ModulePath | undefined {
  for (const [file, loaded] of Object.entries(commonjsCache())) {
    const exports: unknown = loaded?.exports;
    if (!isObject(exports) || !isImportable(`file://${file}`)) continue;
    const record: ImportRecord = { specifier: file, parent: '', kind: 'cjs' };
    if (exports === value) return { record, path: [] };
    const name = Object.keys(exports).find((key) => ownValue(exports, key) === value);
    if (name !== undefined) return { record, path: [name] };
  }
  return undefined;
}

function pathAmong(exports: unknown, fn: Named): string[] | undefined {
  if (!isObject(exports)) return undefined;
  for (const name of Object.keys(exports)) {
    const path = pathBelow(read(exports, name), name, fn);
    if (path) return path;
  }
  return undefined;
}

/** The export itself, or a member of an exported object or class that goes by the function's own name. */
function pathBelow(exported: unknown, name: string, fn: Named): string[] | undefined {
  if (exported === fn) return [name];
  if (!isObject(exported)) return undefined;
  const key = fn.name;
  if (ownValue(exported, key) === fn) return [name, key];
  const methods = ownValue(exported, 'prototype');
  return isObject(methods) && ownValue(methods, key) === fn ? [name, 'prototype', key] : undefined;
}

/** Exports may be in their dead zone, or accessors that throw. */
function read(object: object | undefined, name: string): unknown {
  try {
    return object && Reflect.get(object, name);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
