/** Exports of Node's own modules, by identity: they travel as `node:fs` and the name of the export. */
import { ownValue } from './descriptor.js';
import { builtinModules, createRequire } from 'node:module';
import { here } from '../system/installation.js';

/** Specifier and path below the module's namespace. */
export type BuiltinPath = readonly [specifier: string, ...path: string[]];

const known = new Map<unknown, BuiltinPath>();
const listed = new Set<string>();

/**
 * The export that `value` is. `address` is that of the script in which it stands, if it stands in one; its module is
 * looked through first, because to look through all those in use takes milliseconds.
 */
export function builtinPath(value: unknown, address: string | undefined): BuiltinPath | undefined {
  if (known.has(value)) return known.get(value);
  const id = address?.replace(/^node:/, '');
  if (id !== undefined && builtinModules.includes(id)) list(id);
  if (known.has(value)) return known.get(value);
  for (const module of modulesInUse()) list(module);
  return known.get(value);
}

function* modulesInUse(): Generator<string> {
  // Undocumented, but there since Node 0.x, and the only list of the modules that somebody has loaded.
  const { moduleLoadList } = process as unknown as { moduleLoadList: Iterable<string> };
  for (const entry of moduleLoadList) {
    const id = entry.replace(/^NativeModule /, '');
    if (builtinModules.includes(id)) yield id;
  }
}

function list(id: string): void {
  if (listed.has(id)) return;
  listed.add(id);
  const specifier = `node:${id}`;
  let exports: unknown;
  try {
    exports = createRequire(here)(specifier);
  } catch {
    return;
  }
  add(exports, [specifier, 'default']);
  if (!isObject(exports)) return;
  for (const name of Object.keys(exports)) {
    const value = ownValue(exports, name);
    if (!isObject(value)) continue;
    add(value, [specifier, name]);
    if (typeof value === 'function') add(ownValue(value, 'prototype'), [specifier, name, 'prototype']);
  }
}

function add(value: unknown, path: BuiltinPath): void {
  if (isObject(value) && !known.has(value)) known.set(value, path);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
