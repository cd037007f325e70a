/** How the functions of one script are laid out in the text that makes them again. */
import type { EnvRecord, FunctionRecord, Payload, Slot } from './payload.js';

/** One env of the script. */
export interface EnvPlan {
  readonly id: number;
  /** Variables whose values are there before the text runs. */
  readonly consts: string[];
  /** Variables that are set afterwards. */
  readonly lets: string[];
  /** Variables that hold a function which the text itself makes. */
  readonly bound: Map<string, number>;
  readonly functions: FunctionPlan[];
  readonly inner: EnvPlan[];
}

export interface FunctionPlan {
  readonly id: number;
  readonly record: FunctionRecord;
  /** Made when it is asked for: what it needs is not there while the text runs. */
  isLazy: boolean;
  /** The class of this text that it extends. */
  base: number | undefined;
}

export interface ScriptPlan {
  readonly root: EnvPlan;
  readonly envs: readonly EnvPlan[];
  readonly functions: ReadonlyMap<number, FunctionPlan>;
  readonly strict: boolean;
}

/** The text makes a method as part of an object, from which it is taken later. */
export function isMethodKind({ kind }: FunctionRecord): boolean {
  return kind === 'method' || kind === 'get' || kind === 'set';
}

/** The functions and inner scopes of an env, in the order in which the text has them. */
export function itemsOf(env: EnvPlan): (EnvPlan | FunctionPlan)[] {
  const placed = [
    ...env.functions.map((item) => ({ item, ...startOf(item) })),
    ...env.inner.map((item) => ({ item, ...startOf(item) })),
  ];
  return placed.toSorted((a, b) => a.line - b.line || a.column - b.column).map(({ item }) => item);
}

function startOf(item: EnvPlan | FunctionPlan): { line: number; column: number } {
  if ('record' in item) return item.record;
  let first = { line: Infinity, column: 0 };
  for (const child of [...item.functions, ...item.inner]) {
    const start = startOf(child);
    if (start.line < first.line) first = start;
  }
  return first;
}

/**
 * Plans one script. `isReady` tells whether a value can be had before the text runs; it is asked for variables and for
 * what classes extend.
 */
export function planScript(payload: Payload, script: number, isReady: (slot: Slot) => boolean): ScriptPlan {
  const { envs, functions } = skeleton(payload, script);
  const root = [...envs.values()].find(({ id }) => payload.envs[id]?.parent === -1);
  if (!root) throw new Error(`script ${script} has no env`);
  const made = decideFunctions(payload, root, functions, isReady);
  for (const env of envs.values()) {
    const record = payload.envs[env.id];
    if (record) sortVariables(env, record, functions, isReady);
  }
  postponeUnmade(root, made, 0);
  const strict = [...functions.values()].some(({ record }) => record.strict);
  return { root, envs: [...envs.values()], functions, strict };
}

function skeleton(
  payload: Payload,
  script: number,
): { envs: Map<number, EnvPlan>; functions: Map<number, FunctionPlan> } {
  const envs = new Map<number, EnvPlan>();
  for (const [id, record] of payload.envs.entries()) {
    if (record.script !== script) continue;
    const env: EnvPlan = { id, consts: [], lets: [], bound: new Map(), functions: [], inner: [] };
    envs.set(id, env);
    envs.get(record.parent)?.inner.push(env);
  }
  const functions = new Map<number, FunctionPlan>();
  for (const [id, node] of payload.nodes.entries()) {
    if (node[0] !== 'function') continue;
    const env = envs.get(node[1].env);
    if (!env) continue;
    const plan: FunctionPlan = { id, record: node[1], isLazy: false, base: undefined };
    env.functions.push(plan);
    functions.set(id, plan);
  }
  return { envs, functions };
}

/** The order in which the text makes the functions, lazy ones left out. */
function decideFunctions(
  payload: Payload,
  root: EnvPlan,
  functions: ReadonlyMap<number, FunctionPlan>,
  isReady: (slot: Slot) => boolean,
): Map<number, number> {
  const made = new Map<number, number>();
  const visit = (env: EnvPlan): void => {
    for (const item of itemsOf(env)) {
      if (!('record' in item)) {
        visit(item);
        continue;
      }
      const { record } = item;
      const base = record.heritage?.[0];
      const baseId = Array.isArray(base) ? (base as [number])[0] : undefined;
      if (record.kind === 'field' || !canEvaluate(payload, record, functions, isReady)) item.isLazy = true;
      else if (baseId !== undefined && functions.has(baseId)) {
        if (made.has(baseId)) item.base = baseId;
        else item.isLazy = true;
      } else if (record.heritage && !isReady(record.heritage[0])) item.isLazy = true;
      if (!item.isLazy) made.set(item.id, made.size);
    }
  };
  visit(root);
  return made;
}

/** Whether all that a class evaluates while it is defined is there when the text runs. */
function canEvaluate(
  payload: Payload,
  { evaluates = [], env }: FunctionRecord,
  functions: ReadonlyMap<number, FunctionPlan>,
  isReady: (slot: Slot) => boolean,
): boolean {
  return evaluates.every((name) => {
    for (let at = payload.envs[env]; at; at = payload.envs[at.parent]) {
      const index = at.names.indexOf(name);
      if (index < 0) continue;
      const slot = at.slots[index];
      const isMadeHere = Array.isArray(slot) && functions.has((slot as [number])[0]);
      return !at.lets?.includes(name) && !isMadeHere && isReady(slot);
    }
    return true;
  });
}

function sortVariables(
  env: EnvPlan,
  record: EnvRecord,
  functions: ReadonlyMap<number, FunctionPlan>,
  isReady: (slot: Slot) => boolean,
): void {
  for (const [at, name] of record.names.entries()) {
    const slot = record.slots[at];
    const id = Array.isArray(slot) ? (slot as [number])[0] : undefined;
    const own = id === undefined ? undefined : functions.get(id);
    const isWrapped = own?.isLazy || (own && isMethodKind(own.record));
    if (record.lets?.includes(name) || isWrapped) env.lets.push(name);
    else if (own) env.bound.set(name, own.id);
    else if (isReady(slot)) env.consts.push(name);
    else env.lets.push(name);
  }
  for (const [name] of record.imports ?? []) env.consts.push(name);
  env.consts.push(...(record.commonjs ?? []));
}

/** A variable of an inner scope may hold a function that the text makes only after that scope. */
function postponeUnmade(env: EnvPlan, made: ReadonlyMap<number, number>, before: number): number {
  let count = before;
  for (const item of itemsOf(env)) {
    if (!('record' in item)) count = postponeUnmade(item, made, count);
    else if (!item.isLazy) count++;
  }
  for (const [name, id] of env.bound) {
    if ((made.get(id) ?? Infinity) < count) continue;
    env.bound.delete(name);
    env.lets.push(name);
  }
  return count;
}
