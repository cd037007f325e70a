/**
 * What V8 has compiled of the library, for the threads and the spawned children of this process: each has a heap of its own,
 * and would compile all of it once more. They have it at hand before they load the library (scripts/core-loader.cjs).
 */
import fs from 'node:fs';
import type { Script } from 'node:vm';
import { createMemory } from './memory.js';

const key: unique symbol = Symbol.for('manyfold.code') as never;
const NAME = 'manyfold.code';

let isShared = false;
let file: number | undefined;

/** There is none where the library was loaded in another way, such as from a program's bundle. */
function compiledCode(): Buffer | undefined {
  return (globalThis as { [key]?: Script })[key]?.createCachedData();
}

/** Before the first thread. */
export function shareCode(): void {
  if (isShared) return;
  isShared = true;
  const { getEnvironmentData, setEnvironmentData } = process.getBuiltinModule('node:worker_threads');
  if (getEnvironmentData(NAME) !== undefined) return; // from the thread that has started this one
  const code = compiledCode();
  if (code === undefined) return;
  const shared = new Uint8Array(new SharedArrayBuffer(code.length));
  shared.set(code);
  setEnvironmentData(NAME, shared.buffer);
}

/** A descriptor, for a child to read it from. */
export function codeFile(): number | 'ignore' {
  if (file !== undefined) return file;
  // A thread would leave it open behind.
  if (!process.getBuiltinModule('node:worker_threads').isMainThread) return 'ignore';
  const code = compiledCode();
  if (code === undefined) return 'ignore';
  file = createMemory(NAME, 0);
  fs.writeFileSync(file, code);
  return file;
}
