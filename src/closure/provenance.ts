/**
 * What this process has rebuilt, and from what: so that it can be sent on (a pool inside a pool) as it came, without the
 * inspector and without copying what was imported.
 */
import type { FunctionRecord, ImportRecord } from './payload.js';

/** A variable of a rebuilt env. */
export type LiveBinding =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'import'; readonly record: ImportRecord; readonly name: string }
  | { readonly kind: 'commonjs' };

/** The variables that rebuilt functions see; read when they are needed, because functions assign them. */
export interface LiveEnv {
  readonly parent: LiveEnv | undefined;
  readonly script: object;
  readonly bindings: ReadonlyMap<string, LiveBinding>;
  /** Reads the variables that are assigned by functions. */
  read: (() => Record<string, unknown>) | undefined;
}

export type Origin =
  | {
      readonly kind: 'function';
      readonly record: FunctionRecord;
      readonly env: LiveEnv;
      readonly address: string;
      readonly self: object | undefined;
    }
  | { readonly kind: 'import'; readonly record: ImportRecord }
  | { readonly kind: 'commonjs'; readonly href: string; readonly name: string }
  | { readonly kind: 'meta'; readonly href: string };

const origins = new WeakMap<object, Origin>();

export function remember(value: object, origin: Origin): void {
  origins.set(value, origin);
}

export function originOf(value: object): Origin | undefined {
  return origins.get(value);
}

/** The imports of a source text that this process has made, by local name. */
export type MadeImports = ReadonlyMap<string, { record: ImportRecord; name: string }>;

/** The texts that rebuilt functions were compiled from: a closure that they make stands in such a script. */
const made = new Map<string, MadeImports>();
const madeLimit = 1000;

export function rememberMade(text: string, imports: MadeImports): void {
  made.delete(text);
  made.set(text, imports);
  if (made.size > madeLimit) made.delete(made.keys().next().value ?? '');
}

export function madeImports(text: string): MadeImports | undefined {
  return made.get(text);
}

/** Whether this process has rebuilt anything: then a script may look like another at the same address. */
export function hasMade(): boolean {
  return made.size > 0;
}
