/** Loads modules on the receiver's side as if the original file had imported them, and keeps what it has loaded. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import vm from 'node:vm';
import { PicklingError } from '../errors.js';
import { isEntry } from './entry.js';
import type { ImportRecord } from './payload.js';
import { remember } from './provenance.js';
import { resolved } from './scopes.js';
import { here } from '../system/installation.js';

type Import = (specifier: string, options?: { with: Record<string, string> }) => Promise<object>;

/** Makes `import()` in a script resolve from the script's file name, through the loaders of this process. */
export const importFromFile: { importModuleDynamically: never } = {
  // @types/node calls it a symbol in one place and a number in another.
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER as never,
};

const importers = new Map<string, Import>();
const loaded = new Map<string, unknown>();

/** The namespace (or, for CommonJS, the exports) of a module that an earlier payload has loaded. */
export function loadedModule(record: ImportRecord): { exports: unknown } | undefined {
  const key = keyOf(record);
  return loaded.has(key) ? { exports: loaded.get(key) } : undefined;
}

export async function load(record: ImportRecord): Promise<unknown> {
  if (record.kind === 'cjs') return loadSync(record);
  const known = loadedModule(record);
  if (known) return known.exports;
  refuseEntry(record);
  try {
    const { specifier, parent, attributes } = record;
    return keep(record, await importer(parent)(specifier, attributes && { with: attributes }));
  } catch (cause) {
    throw importError(record, cause);
  }
}

export function loadSync(record: ImportRecord): unknown {
  const known = loadedModule(record);
  if (known) return known.exports;
  refuseEntry(record);
  if (record.kind === 'cjs')
    return keep(
      record,
      attempt(record, () => requireFile(record.specifier)),
    );
  return keep(
    record,
    attempt(record, () => requireAsNamespace(record)),
  );
}

function keyOf({ kind, specifier, parent, attributes }: ImportRecord): string {
  return JSON.stringify([kind, specifier, isAbsolute(specifier) ? '' : parent, attributes]);
}

function isAbsolute(specifier: string): boolean {
  return /^[a-z]+:/.test(specifier);
}

function keep(record: ImportRecord, exports: unknown): unknown {
  loaded.set(keyOf(record), exports);
  if (types.isModuleNamespaceObject(exports)) remember(exports as object, { kind: 'import', record });
  return exports;
}

function refuseEntry(record: ImportRecord): void {
  if (!isEntry(resolved(record))) return;
  throw new PicklingError(
    'ERR_PICKLE_ENTRY_IMPORT',
    `cannot import the entry script ${record.specifier} in another process: that would run the program again. Move what is needed into a module`,
  );
}

function importError(record: ImportRecord, cause: unknown): PicklingError {
  const by = record.parent ? ` (imported by ${record.parent})` : '';
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PicklingError('ERR_PICKLE_IMPORT', `cannot import '${record.specifier}'${by} in this process: ${why}`, {
    cause,
  });
}

function attempt(record: ImportRecord, work: () => unknown): unknown {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof PicklingError ? cause : importError(record, cause);
  }
}

function importer(parent: string): Import {
  let known = importers.get(parent);
  if (!known) {
    silenceWarning();
    known = compileImport(parent || here);
    importers.set(parent, known);
  }
  return known;
}

function compileImport(filename: string): Import {
  return new vm.Script('(specifier, options) => import(specifier, options)', {
    filename,
    ...importFromFile,
  }).runInThisContext() as Import;
}

let isSilenced = false;

/** Node warns once that `import()` in a script is experimental; the user has asked for nothing experimental. */
export function silenceWarning(): void {
  if (isSilenced) return;
  isSilenced = true;
  withoutWarnings(() => void compileImport(here)('node:path'));
}

function withoutWarnings<Result>(work: () => Result): Result {
  const warned = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    if (warned) Object.defineProperty(process, 'emitWarning', warned);
  }
}

function requireFile(file: string): unknown {
  return createRequire(file)(file);
}

const asyncCodes = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_REQUIRE_CYCLE_MODULE']);

/** Without waiting: Node's own modules, CommonJS, and ES modules without top-level await where Node can require them. */
function requireAsNamespace(record: ImportRecord): object {
  const { specifier, parent } = record;
  const address = resolved(record);
  try {
    if (/\?/.test(address)) throw asyncImport(record);
    const target = address.startsWith('file:') ? fileURLToPath(address) : specifier;
    const exports: unknown = withoutWarnings(() => createRequire(parent || here)(target));
    if (types.isModuleNamespaceObject(exports)) return exports as object;
    return { ...(Object(exports) as object), default: exports };
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw code !== undefined && asyncCodes.has(code) ? asyncImport(record, cause) : cause;
  }
}

function asyncImport({ specifier }: ImportRecord, cause?: unknown): PicklingError {
  return new PicklingError(
    'ERR_PICKLE_ASYNC_IMPORT',
    `cannot import '${specifier}' without waiting; use the awaiting form of the call (get instead of getSync), or import it before`,
    cause === undefined ? undefined : { cause },
  );
}
