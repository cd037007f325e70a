/** How a function or class travels: by reference if another process can import it, otherwise by value. */
import { ownValue } from './descriptor.js';
import { type Callable, type Owner, label } from './facts.js';
import { builtinPath } from './builtins.js';
import { globalByName, intrinsicPath } from './intrinsics.js';
import {
  type Insight,
  type Location,
  type RawScript,
  addScript,
  inspectFunction,
  knownScript,
  scriptById,
} from './inspector.js';
import { scriptOfFile } from './scriptfile.js';
import { locate, textOf } from './locate.js';
import type { PayloadNode } from './payload.js';
import type { Pickler } from './pickler.js';
import { madeImports, originOf } from './provenance.js';
import { type Recipe, recipeOf, recipeOfRecord } from './recipe.js';
import { type Reference, reference } from './reduce.js';
import { type ModulePath, findReference } from './references.js';
import { scopesOf, scopesOfLive } from './scopes.js';
import { type Script, parsedScript } from './script.js';
import { isEntry } from './entry.js';
import { captureByValue } from './byvalue.js';

interface Place {
  readonly script: Script;
  readonly recipe: Recipe;
}

// What the source says never changes; what the variables hold does, and is read at each capture.
const references = new WeakMap<Callable, ModulePath>();
const places = new WeakMap<Callable, Place>();
const recipes = new WeakMap<object, Recipe>();

export function captureFunction(pickler: Pickler, fn: Callable, owner: Owner | undefined): PayloadNode {
  const known = references.get(fn) ?? marked(pickler, fn);
  if (known) return pickler.imported(known);
  const origin = originOf(fn);
  if (origin?.kind === 'function') {
    const { record, env, address, self } = origin;
    let recipe = recipes.get(record);
    if (!recipe) recipes.set(record, (recipe = recipeOfRecord(record)));
    const facts = {
      recipe,
      scopes: scopesOfLive(env),
      script: env.script,
      address,
      isCommonjs: false,
      mayChange,
      self,
    };
    return captureByValue(pickler, fn, facts);
  }
  const insight = inspectFunction(fn);
  if (insight.bound) return captureBound(pickler, fn, insight.bound);
  return captureInspected(pickler, fn, insight, owner);
}

function captureInspected(pickler: Pickler, fn: Callable, insight: Insight, owner: Owner | undefined): PayloadNode {
  const { location } = insight;
  const hasModuleScope = insight.scopes.some(({ description }) => description === 'Module');
  const raw = location && rawScript(fn, location, hasModuleScope);
  if (!location || raw?.url.startsWith('node:')) return captureNative(pickler, fn, raw?.url);
  if (!raw)
    pickler.trail.fail('ERR_PICKLE_SOURCE', `cannot pickle ${label(fn)}: its script is no longer known to the engine`);

  const isModule = raw.isModule || hasModuleScope;
  let place = places.get(fn);
  const script = place?.script ?? parse(pickler, fn, () => parsedScript(raw, isModule));
  if (!place && !madeImports(script.source)) {
    const found = findReference(fn, script, insight);
    if (found) {
      references.set(fn, found);
      return pickler.imported(found);
    }
  }
  if (!place) {
    const located = locate(script, fn, location);
    if (!located) {
      pickler.trail.fail(
        'ERR_PICKLE_SOURCE',
        `cannot pickle ${label(fn)}: its source is not found in ${raw.url || 'eval'}`,
      );
    }
    places.set(fn, (place = { script, recipe: recipeOf(script, located) }));
  }
  const scopes = scopesOf(script, insight.scopes, (value) => pickler.identify(value));
  const self = owner && isConstructed(owner, place.recipe, fn) ? owner.object : undefined;
  const isCommonjs = !isModule && !madeImports(script.source);
  // What stands at the top of a script that is neither module nor CommonJS, others may change as they like.
  const open = insight.scopes.find(({ description }) => description === 'Script')?.object ?? {};
  const { recipe } = place;
  const mayChangeHere = (name: string): boolean => script.changes.mayChange(name) || Object.hasOwn(open, name);
  const facts = { recipe, scopes, script, address: raw.url, isCommonjs, mayChange: mayChangeHere, self };
  return captureByValue(pickler, fn, facts);
}

function mayChange(): true {
  return true;
}

function rawScript(fn: Callable, location: Location, hasModuleScope: boolean): RawScript | undefined {
  const known = knownScript(location.scriptId);
  if (known) return known;
  const read = scriptOfFile(fn, location, hasModuleScope);
  if (!read) return scriptById(location.scriptId);
  addScript(read);
  return read;
}

/** Whether the arrow function was made while its owner was constructed, so that its `this` is the owner. */
function isConstructed({ object, key }: Owner, { fieldKey, free }: Recipe, fn: Callable): boolean {
  if (!free.usesThis || key !== fieldKey) return false;
  const text = textOf(fn);
  if (typeof object === 'function' && textOf(object).includes(text)) return true;
  for (let at: unknown = Object.getPrototypeOf(object); at; at = Object.getPrototypeOf(at)) {
    const maker = ownValue(at, 'constructor');
    if (typeof maker === 'function' && textOf(maker).includes(text)) return true;
  }
  return false;
}

function parse(pickler: Pickler, fn: Callable, work: () => Script): Script {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return pickler.trail.fail(
      'ERR_PICKLE_SOURCE',
      `cannot pickle ${label(fn)}: its script cannot be parsed (${error.message})`,
    );
  }
}

function marked(pickler: Pickler, fn: Callable): ModulePath | undefined {
  if (!Object.hasOwn(fn, reference)) return undefined;
  const { url, name } = (fn as unknown as { [reference]: Reference })[reference];
  if (isEntry(url)) {
    pickler.trail.fail(
      'ERR_PICKLE_ENTRY_IMPORT',
      `cannot pickle '${name}' by reference: ${url} is the entry script, which no child imports`,
    );
  }
  return { record: { specifier: url, parent: '', kind: 'esm' }, path: [name] };
}

function captureBound(pickler: Pickler, fn: Callable, bound: NonNullable<Insight['bound']>): PayloadNode {
  return pickler.trail.within(`bound ${label(fn)}`, () => {
    const args = bound.args.map((arg) => pickler.encode(arg));
    return ['bound', pickler.encode(bound.target), pickler.encode(bound.self), args];
  });
}

function captureNative(pickler: Pickler, fn: Callable, address: string | undefined): PayloadNode {
  const global = intrinsicPath(fn) ?? globalByName(fn);
  if (global) return ['intrinsic', ...global];
  const builtin = builtinPath(fn, address);
  if (builtin) return pickler.builtin(builtin);
  return pickler.trail.fail(
    'ERR_PICKLE_NATIVE_FUNCTION',
    `cannot pickle native ${label(fn)}: it has no JavaScript source${address ? ' of the program' : ''} and is not an export of a loaded module`,
  );
}
