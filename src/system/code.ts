/**
 * What V8 has compiled of the library, for the threads and the spawned children of this process: each has a heap of its own,
 * and would compile all of it once more. They have it at hand before they load the library (scripts/bundle/code-loader.cjs).
 *
 * The file has the length of the first part (4 bytes), the part that is loaded with the library, and the one that is loaded
 * with its first use.
 */
import fs from 'node:fs';
import type { Script } from 'node:vm';
import { createMemory } from './memory.js';

const key: unique symbol = Symbol.for('manyfold.code') as never;
const NAME = 'manyfold.code';

interface Code<Part> {
  readonly core: Part;
  readonly later: Part | undefined;
}

let isShared = false;
let file: number | undefined;

/** There is none where the library was loaded in another way, such as from a program's bundle. */
function compiledCode(): Code<Uint8Array> | undefined {
  const code = (globalThis as { [key]?: Code<Script | Uint8Array> })[key];
  // A part that has not been loaded yet is what this process has got itself.
  const compiled = (part: Script | Uint8Array): Uint8Array =>
    'createCachedData' in part ? part.createCachedData() : part;
  return code?.core && { core: compiled(code.core), later: code.later && compiled(code.later) };
}

/** Before the first thread. */
export function shareCode(): void {
  if (isShared) return;
  isShared = true;
  const { getEnvironmentData, setEnvironmentData } = process.getBuiltinModule('node:worker_threads');
  if (getEnvironmentData(NAME) !== undefined) return; // from the thread that has started this one
  const code = compiledCode();
  if (code === undefined) return;
  const { core, later } = code;
  setEnvironmentData(NAME, { core: shared(core), later: later && shared(later) });
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** A descriptor, for a child to read it from. */
export function codeFile(): number | 'ignore' {
  if (file !== undefined) return file;
  // A thread would leave it open behind.
  if (!process.getBuiltinModule('node:worker_threads').isMainThread) return 'ignore';
  const code = compiledCode();
  if (code === undefined) return 'ignore';
  const { core, later = new Uint8Array() } = code;
  file = createMemory(NAME, 0);
  fs.writevSync(file, [Uint32Array.of(core.length), core, later]);
  return file;
}
