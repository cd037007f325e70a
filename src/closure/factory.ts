/** Compiles and runs the text of one script; what it has compiled once, it keeps. */
import vm from 'node:vm';
import { importFromFile, silenceWarning } from './importer.js';
import type { ScriptPlan } from './plan.js';
import { type MadeImports, rememberMade } from './provenance.js';
import { freshNames, scriptText } from './text.js';

/** What the text is given and gives. */
export interface Exchange {
  readonly values: Record<number, Record<string, unknown>>;
  readonly heritage: Record<number, unknown>;
  readonly keys: Record<number, unknown[]>;
  readonly functions: Record<number, unknown>;
  readonly give: (id: number, made: unknown) => unknown;
  readonly access: Record<
    number,
    { get: () => Record<string, unknown>; set: (values: Record<string, unknown>) => void }
  >;
}

type Factory = (exchange: Exchange) => void;

const factories = new Map<string, Factory>();
const factoryLimit = 500;

export function runFactory(
  plan: ScriptPlan,
  address: string,
  exchange: Exchange,
  meta: () => object,
  imports: MadeImports,
): void {
  const records = Array.from(plan.functions.values(), ({ record }) => record);
  const names = freshNames([
    ...records.map(({ text }) => text),
    ...plan.envs.flatMap((env) => [...env.consts, ...env.lets, ...env.bound.keys()]),
  ]);
  if (records.some(({ metas }) => metas)) {
    plan.root.consts.push(names.meta);
    (exchange.values[plan.root.id] ??= Object.create(null) as Record<string, unknown>)[names.meta] = meta();
  }
  const text = scriptText(plan.root, plan.strict, names);
  rememberMade(text, imports);
  compile(text, address)(exchange);
}

function compile(text: string, address: string): Factory {
  const key = `${address}\n${text}`;
  let factory = factories.get(key);
  if (factory) return factory;
  silenceWarning();
  // The text begins on the line before the first, so that the functions stand at their own lines.
  const script = new vm.Script(text, { filename: address || 'manyfold:eval', lineOffset: -1, ...importFromFile });
  factory = script.runInThisContext() as Factory;
  factories.set(key, factory);
  if (factories.size > factoryLimit) factories.delete(factories.keys().next().value ?? '');
  return factory;
}
