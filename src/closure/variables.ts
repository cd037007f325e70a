/** The variables of a function by value: found in its scopes, put into the payload's envs. */
import { type Callable, type Facts, label } from './facts.js';
import type { EnvRecord } from './payload.js';
import type { Pickler } from './pickler.js';
import { findCommonjsExport } from './references.js';
import type { Binding, Scope } from './scopes.js';

/** A function that takes more with it than this gets a warning. */
const heavyBytes = 10 * 2 ** 20;
const warned = new WeakSet<Callable>();

interface Wanted {
  readonly name: string;
  readonly assigned: boolean;
  readonly scope: Scope;
  readonly binding: Binding;
}

/** The env of the function, filled with the variables that it uses; and these as text, where they can be compared. */
export function captureVariables(
  pickler: Pickler,
  fn: Callable,
  facts: Facts,
): { readonly env: number; readonly content: string | null } {
  const wanted = wantedVariables(pickler, fn, facts);
  const envs = chainOfEnvs(pickler, wanted, facts);
  for (const one of wanted) {
    const env = envs.get(one.scope);
    if (env) addVariable(pickler, fn, facts, env.record, one);
  }
  return { env: envs.get(innermost)?.id ?? 0, content: contentOf(wanted, fn) };
}

function contentOf(wanted: readonly Wanted[], fn: Callable): string | null {
  const parts: unknown[] = [];
  for (const { name, assigned, binding } of wanted) {
    if (binding.kind !== 'value' || binding.value === fn) continue;
    const { value } = binding;
    const isComparable =
      value === null || ['string', 'number', 'boolean', 'undefined', 'bigint'].includes(typeof value);
    if (assigned || !isComparable) return null;
    parts.push(name, typeof value, String(value));
  }
  return JSON.stringify(parts);
}

function wantedVariables(pickler: Pickler, fn: Callable, { recipe, scopes }: Facts): Wanted[] {
  const wanted: Wanted[] = [];
  for (const [name, { assigned }] of recipe.free.names) {
    for (const scope of scopes) {
      const binding = scope.lookup(name);
      if (!binding) continue;
      if (binding.kind === 'uninitialized') {
        pickler.trail.fail(
          'ERR_PICKLE_UNINITIALIZED',
          `cannot pickle ${label(fn)}: variable '${name}' is used before it is initialised: the call that sends the function stands above "const ${name}"`,
        );
      }
      wanted.push({ name, assigned, scope, binding });
      break;
    }
    const isFound = wanted.at(-1)?.name === name;
    if (!isFound && recipe.evaluates.includes(name) && !(name in globalThis)) {
      pickler.trail.fail(
        'ERR_PICKLE_SOURCE',
        `cannot pickle ${label(fn)}: the engine has not kept '${name}', which a computed key of a field uses; use it in a method too, or export the class from a module`,
      );
    }
    // A name that no scope has is a global of the receiver, or missing there as it is here.
  }
  return wanted;
}

interface NumberedEnv {
  readonly id: number;
  readonly record: EnvRecord;
}

/** Key of the env in which the function itself is made. */
const innermost = Symbol('innermost');

/** One env for each scope in use, from the script's own inwards. */
function chainOfEnvs(
  pickler: Pickler,
  wanted: readonly Wanted[],
  { scopes, script, address }: Facts,
): Map<unknown, NumberedEnv> {
  const used = new Set(wanted.map(({ scope }) => scope));
  const envs = new Map<unknown, NumberedEnv>();
  const scriptId = pickler.script(script, address);
  let env: NumberedEnv | undefined;
  for (const scope of scopes.toReversed()) {
    if (!scope.isRoot && !used.has(scope)) continue;
    env = pickler.env(scriptId, env?.id ?? -1, scope.identity);
    envs.set(scope, env);
  }
  if (env) envs.set(innermost, env);
  return envs;
}

function addVariable(
  pickler: Pickler,
  fn: Callable,
  facts: Facts,
  env: EnvRecord,
  { name, assigned, binding }: Wanted,
): void {
  switch (binding.kind) {
    case 'import':
      env.imports ??= [];
      if (!env.imports.some(([local]) => local === name))
        env.imports.push([name, pickler.importIndex(binding.record), binding.name]);
      break;
    case 'commonjs':
      env.commonjs ??= [];
      if (!env.commonjs.includes(name)) env.commonjs.push(name);
      break;
    case 'value':
      // Node 20 shows a variable that has not got its value yet as undefined.
      if (binding.value === undefined || facts.mayChange(name)) pickler.constancy.seeVarying();
      if (assigned && !env.lets?.includes(name)) (env.lets ??= []).push(name);
      if (!env.names.includes(name)) addValue(pickler, fn, facts, env, name, binding.value);
      break;
    default:
  }
}

function addValue(
  pickler: Pickler,
  fn: Callable,
  { isCommonjs }: Facts,
  env: EnvRecord,
  name: string,
  value: unknown,
): void {
  // The place is taken before the value is walked: the value may lead back to this variable.
  const at = env.names.push(name) - 1;
  env.slots.push(undefined);
  const before = pickler.bytes;
  env.slots[at] = pickler.trail.within(`variable '${name}'`, () => {
    if (isCommonjs && typeof value === 'object' && value !== null && !pickler.has(value)) {
      const found = findCommonjsExport(value);
      if (found) return pickler.placeImport(value, found);
    }
    return pickler.encode(value);
  });
  const bytes = pickler.bytes - before;
  if (bytes > heavyBytes) warnHeavy(pickler, fn, name, bytes);
}

function warnHeavy(pickler: Pickler, fn: Callable, name: string, bytes: number): void {
  // Counted once: the functions further out are not to blame.
  pickler.bytes -= bytes;
  if (warned.has(fn)) return;
  warned.add(fn);
  process.emitWarning(
    `${label(fn)} captures '${name}' (${Math.round(bytes / 2 ** 20)} MB) by value each time it is sent; pass it as an argument, through an initializer or in shared memory`,
    { type: 'ManyfoldWarning', code: 'MANYFOLD_HEAVY_CAPTURE' },
  );
}
