/** The functions of one script, made by one text, and the variables that are set after it has run. */
import { rememberClass } from './classes.js';
import { type Exchange, runFactory } from './factory.js';
import type { Linker } from './linker.js';
import type { EnvRecord, FunctionRecord, Slot } from './payload.js';
import { type EnvPlan, type FunctionPlan, type ScriptPlan, isMethodKind, planScript } from './plan.js';
import { type LiveBinding, type LiveEnv, type MadeImports, remember } from './provenance.js';

export interface LinkedScript {
  /** Whether the function is there already. */
  has(id: number): boolean;
  /** The function; a lazy one is made now. */
  make(id: number): unknown;
  /** Sets the variables that had to wait; false when there are none left. */
  complete(): boolean;
}

export function linkScript(linker: Linker, script: number): LinkedScript {
  const address = linker.payload.scripts[script]?.address ?? '';
  const plan = planScript(linker.payload, script, (slot) => linker.isReady(slot));
  const functions: Exchange['functions'] = {};
  const give = (id: number, made: unknown): unknown => (functions[id] = made);
  const exchange: Exchange = { values: {}, heritage: {}, keys: {}, functions, give, access: {} };
  const lives = new Map<number, LiveEnv>();
  const imports = new Map<string, { record: EnvImport; name: string }>();
  for (const env of plan.envs) prepareEnv(linker, address, env, exchange, imports);
  for (const { id, record, isLazy, base } of plan.functions.values()) {
    if (record.keys) exchange.keys[id] = record.keys.map(([, , slot]) => linker.value(slot));
    if (record.heritage && !isLazy && base === undefined) exchange.heritage[id] = linker.value(record.heritage[0]);
  }
  runFactory(plan, address, exchange, () => linker.surroundings(address).meta(), imports);
  for (const env of plan.envs) lives.set(env.id, liveEnv(linker, env, exchange, lives));

  const variables = new Waiting(linker, plan, exchange);
  const unasked = new Set(plan.functions.keys());
  const complete = (): boolean => {
    if (variables.isEmpty && unasked.size === 0) return false;
    variables.setAll();
    // Also those that only other functions of the text know have properties to be filled.
    for (const id of unasked) {
      unasked.delete(id);
      linker.value([id]);
    }
    return true;
  };
  const make = (id: number): unknown => {
    const one = plan.functions.get(id);
    if (!one) return undefined;
    const { record } = one;
    let self: unknown;
    let fn = exchange.functions[id];
    if (one.isLazy) {
      self = linker.value(record.self);
      if (record.heritage) exchange.heritage[id] = linker.value(record.heritage[0]);
      // A class may use variables while it is made, its own excepted.
      if (record.evaluates) variables.setReady();
      fn = (fn as () => unknown).call(self);
    }
    return finish(fn as object, record, lives.get(record.env), address, self);
  };
  return { has: (id) => isMade(plan, id), make, complete };
}

type EnvImport = MadeImports extends ReadonlyMap<string, { record: infer R }> ? R : never;

function isMade(plan: ScriptPlan, id: number): boolean {
  const one: FunctionPlan | undefined = plan.functions.get(id);
  return one !== undefined && !one.isLazy;
}

function recordOf(linker: Linker, env: EnvPlan): EnvRecord {
  return linker.payload.envs[env.id] ?? { parent: -1, script: -1, names: [], slots: [] };
}

function slotOf(record: EnvRecord, name: string): Slot {
  return record.slots[record.names.indexOf(name)];
}

/** Collects the values that the text is given. */
function prepareEnv(
  linker: Linker,
  address: string,
  env: EnvPlan,
  exchange: Exchange,
  made: Map<string, { record: EnvImport; name: string }>,
): void {
  const record = recordOf(linker, env);
  const values = Object.create(null) as Record<string, unknown>;
  for (const [at, name] of record.names.entries())
    if (env.consts.includes(name)) values[name] = linker.value(record.slots[at]);
  for (const [name, index, exported] of record.imports ?? []) {
    const namespace = linker.modules[index];
    values[name] = exported === '*' ? namespace : Reflect.get(Object(namespace) as object, exported);
    const imported = linker.payload.imports[index];
    if (imported) made.set(name, { record: imported, name: exported });
  }
  for (const name of record.commonjs ?? []) values[name] = linker.surroundings(address).commonjs(name);
  exchange.values[env.id] = values;
}

/** The variables that are set after the text has run. */
class Waiting {
  readonly #linker: Linker;
  readonly #exchange: Exchange;
  readonly #names: Map<EnvPlan, Set<string>>;

  constructor(linker: Linker, { envs }: ScriptPlan, exchange: Exchange) {
    this.#linker = linker;
    this.#exchange = exchange;
    this.#names = new Map(envs.filter(({ lets }) => lets.length > 0).map((env) => [env, new Set(env.lets)]));
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  setAll(): void {
    for (const [env, names] of this.#names) {
      for (const name of names) {
        // A class may see the variable that holds what its own `[reduce]` makes; that is set when it is made.
        if (!this.#linker.isMaking(slotOf(recordOf(this.#linker, env), name))) this.#set(env, names, name);
      }
      if (names.size === 0) this.#names.delete(env);
    }
  }

  /** Those whose values can be had now. */
  setReady(): void {
    for (const [env, names] of this.#names) {
      const record = recordOf(this.#linker, env);
      for (const name of names) if (this.#linker.isReady(slotOf(record, name))) this.#set(env, names, name);
    }
  }

  #set(env: EnvPlan, names: Set<string>, name: string): void {
    // Before its value is made: to make it may need the other variables, and then they are set first.
    names.delete(name);
    const value = this.#linker.value(slotOf(recordOf(this.#linker, env), name));
    const access = this.#exchange.access[env.id];
    access?.set({ ...access.get(), [name]: value });
  }
}

/** What a later capture in this process needs to send the functions on. */
function liveEnv(linker: Linker, env: EnvPlan, exchange: Exchange, lives: ReadonlyMap<number, LiveEnv>): LiveEnv {
  const record = recordOf(linker, env);
  const bindings = new Map<string, LiveBinding>();
  const values = exchange.values[env.id] ?? {};
  for (const name of env.consts) bindings.set(name, { kind: 'value', value: values[name] });
  for (const [name, id] of env.bound) bindings.set(name, { kind: 'value', value: exchange.functions[id] });
  for (const [name, index, exported] of record.imports ?? []) {
    const imported = linker.payload.imports[index];
    if (imported) bindings.set(name, { kind: 'import', record: imported, name: exported });
  }
  for (const name of record.commonjs ?? []) bindings.set(name, { kind: 'commonjs' });
  const script = linker.payload.scripts[record.script] ?? {};
  return { parent: lives.get(record.parent), script, bindings, read: exchange.access[env.id]?.get };
}

function finish(
  made: object,
  record: FunctionRecord,
  env: LiveEnv | undefined,
  address: string,
  self: unknown,
): object {
  let fn = made;
  if (isMethodKind(record)) {
    const property = Object.values(Object.getOwnPropertyDescriptors(made))[0];
    fn = (record.kind === 'get' || record.kind === 'set' ? property?.[record.kind] : property?.value) as object;
  }
  const name = Object.getOwnPropertyDescriptor(fn, 'name');
  // A static member called `name` stands in the text.
  const isOurs = name === undefined || typeof name.value === 'string';
  if (isOurs && name?.value !== record.name)
    Object.defineProperty(fn, 'name', { value: record.name, configurable: true });
  if (record.identity) rememberClass(record.identity, fn);
  if (env) remember(fn, { kind: 'function', record, env, address, self: self as object | undefined });
  return fn;
}
