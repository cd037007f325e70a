/** The variables that a function sees, innermost scope first: from the engine, or from what this process has rebuilt. */
import { isEntry } from './entry.js';
import type { RawScope } from './inspector.js';
import type { ImportRecord } from './payload.js';
import { type LiveEnv, type MadeImports, madeImports } from './provenance.js';
import type { Script } from './script.js';

export type Binding =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'import'; readonly record: ImportRecord; readonly name: string }
  | { readonly kind: 'commonjs' }
  | { readonly kind: 'uninitialized' };

export interface Scope {
  /** Equal for two functions that see the same variables. */
  readonly identity: unknown;
  /** Of the module, or of what takes its place: there is one for each script. */
  readonly isRoot: boolean;
  lookup(name: string): Binding | undefined;
}

/** Gives each value a short text that is equal for identical values. */
export type Identify = (value: unknown) => string;

const commonjsNames = new Set(['require', 'module', 'exports', '__filename', '__dirname']);

export function scopesOf(script: Script, raw: readonly RawScope[], identify: Identify): Scope[] {
  const scopes: Scope[] = [];
  const moduleScope = raw.find((scope) => scope.description === 'Module');
  const inner = raw.filter((scope) => scope.description !== 'Module' && scope.description !== 'Global');
  const made = madeImports(script.source);
  const isCommonjs = !script.isModule && !made;
  for (const [depth, scope] of inner.entries()) {
    const identity = lazyIdentity(scope, identify);
    const isWrapper = isCommonjs && scope === inner.at(-1);
    scopes.push({
      isRoot: false,
      get identity() {
        return identity();
      },
      lookup(name) {
        if (!Object.hasOwn(scope.object, name)) return undefined;
        const imported = made?.get(name);
        const isShadowed = imported && inner.some(({ object }, outer) => outer > depth && Object.hasOwn(object, name));
        if (imported && !isShadowed) return { kind: 'import', ...imported };
        return isWrapper && commonjsNames.has(name) ? { kind: 'commonjs' } : read(scope.object, name);
      },
    });
  }
  scopes.push(rootScope(script, moduleScope?.object, isCommonjs));
  return scopes;
}

/**
 * The engine hands out copies of scopes, which carry no identity: two scopes of one kind in one script whose variables
 * all have the same values are taken for one. That is wrong only for equal-valued instances of a closure with state.
 */
function lazyIdentity(scope: RawScope, identify: Identify): () => string {
  let text: string | undefined;
  return () => {
    if (text !== undefined) return text;
    text = scope.description;
    for (const name of Object.keys(scope.object)) {
      const binding = read(scope.object, name);
      text += `|${name}=${binding.kind === 'value' ? identify(binding.value) : binding.kind}`;
    }
    return text;
  };
}

function rootScope(script: Script, variables: Record<string, unknown> | undefined, isCommonjs: boolean): Scope {
  const imports = importsOfScript(script);
  return {
    identity: 'root',
    isRoot: true,
    lookup(name) {
      const imported = imports.get(name);
      if (imported && !isEntry(resolved(imported.record))) return { kind: 'import', ...imported };
      if (variables && Object.hasOwn(variables, name)) return read(variables, name);
      // Scripts run by -e find the wrapper's names among the globals.
      if (isCommonjs && commonjsNames.has(name)) return { kind: 'commonjs' };
      return undefined;
    },
  };
}

const importTables = new WeakMap<Script, MadeImports>();

function importsOfScript(script: Script): MadeImports {
  let table = importTables.get(script) ?? madeImports(script.source);
  if (!table) {
    const parent = script.href;
    table = new Map(
      Array.from(script.imports, ([local, { specifier, name, attributes }]) => {
        const record: ImportRecord = { specifier, parent, ...(attributes && { attributes }), kind: 'esm' };
        return [local, { record, name }];
      }),
    );
  }
  importTables.set(script, table);
  return table;
}

/** The address that a relative or absolute specifier leads to; a bare one is no entry script. */
export function resolved({ specifier, parent }: ImportRecord): string {
  if (!/^(\.{0,2}\/|[a-z]+:)/.test(specifier)) return specifier;
  return URL.canParse(specifier, parent || undefined) ? new URL(specifier, parent || undefined).href : specifier;
}

function read(variables: Record<string, unknown>, name: string): Binding {
  try {
    return { kind: 'value', value: variables[name] };
  } catch (error) {
    if (error instanceof ReferenceError) return { kind: 'uninitialized' };
    throw error;
  }
}

export function scopesOfLive(env: LiveEnv): Scope[] {
  const scopes: Scope[] = [];
  for (let at: LiveEnv | undefined = env; at; at = at.parent) {
    const { bindings, read: readAssigned, parent } = at;
    let assigned: Record<string, unknown> | undefined;
    scopes.push({
      identity: at,
      isRoot: parent === undefined,
      lookup(name) {
        const binding = bindings.get(name);
        if (binding) return binding;
        assigned ??= readAssigned?.() ?? {};
        return Object.hasOwn(assigned, name) ? { kind: 'value', value: assigned[name] } : undefined;
      },
    });
  }
  return scopes;
}
