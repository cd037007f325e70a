/**
 * The objects that every realm of Node has: `Array.prototype`, `Math.max`, `process.env`. They travel as a path from the
 * global object. A step is a property name, `@@name` for a well-known symbol, `get x` and `set x` for an accessor's
 * functions, or the step to the prototype.
 */
const prototypeStep = '[[Prototype]]';
const maxDepth = 3;

/** Objects that no global names. */
const unnamed = new Map<string, unknown>([
  ['%GeneratorFunction%', Object.getPrototypeOf(function* () {})],
  ['%AsyncFunction%', Object.getPrototypeOf(async () => {})],
  ['%AsyncGeneratorFunction%', Object.getPrototypeOf(async function* () {})],
]);

/** Globals of Node that are enumerable or accessors, as those of a program are, and cheap to read. */
const nodeGlobals = [
  'process',
  'Buffer',
  'console',
  'queueMicrotask',
  'structuredClone',
  'atob',
  'btoa',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
];

let table: Map<unknown, readonly string[]> | undefined;

/** The path of an intrinsic object; undefined for all others. */
export function intrinsicPath(value: object): readonly string[] | undefined {
  table ??= buildTable();
  return table.get(value);
}

/** A global that the table leaves out because reading it is dear (`fetch`, `Headers`), or its twin of another realm. */
export function globalByName(fn: object): readonly string[] | undefined {
  const { name } = fn as { name?: unknown };
  if (typeof name !== 'string' || !Object.hasOwn(globalThis, name)) return undefined;
  const ours: unknown = Reflect.get(globalThis, name);
  if (ours === fn) return [name];
  const text = Function.prototype.toString;
  const isTwin = typeof ours === 'function' && /^[A-Z]/.test(name) && text.call(ours) === text.call(fn);
  return isTwin ? [name] : undefined;
}

/** The object at the end of a path, in this process. */
export function resolveIntrinsic(path: readonly string[]): unknown {
  const [root = '', ...steps] = path;
  let at: unknown = unnamed.has(root) ? unnamed.get(root) : Reflect.get(globalThis, root);
  for (const step of steps) at = follow(Object(at) as object, step);
  return at;
}

function follow(from: object, step: string): unknown {
  if (step === prototypeStep) return Object.getPrototypeOf(from);
  if (step.startsWith('get ')) return Object.getOwnPropertyDescriptor(from, keyOf(step.slice(4)))?.get;
  if (step.startsWith('set ')) return Object.getOwnPropertyDescriptor(from, keyOf(step.slice(4)))?.set;
  return Reflect.get(from, keyOf(step));
}

function keyOf(step: string): PropertyKey {
  return step.startsWith('@@') ? (Reflect.get(Symbol, step.slice(2)) as symbol) : step;
}

function stepOf(key: PropertyKey): string | undefined {
  if (typeof key !== 'symbol') return String(key);
  const name = key.description?.replace(/^Symbol\./, '') ?? '';
  return Reflect.get(Symbol, name) === key ? `@@${name}` : undefined;
}

function buildTable(): Map<unknown, readonly string[]> {
  const found = new Map<unknown, readonly string[]>();
  const queue: [unknown, readonly string[]][] = [];
  // Reading the accessors among the globals would load fetch, crypto and more: 20 ms.
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    if (!property.enumerable && 'value' in property) queue.push([property.value, [name]]);
  }
  for (const name of nodeGlobals) queue.push([Reflect.get(globalThis, name), [name]]);
  for (const [name, value] of unnamed) queue.push([value, [name]]);
  // The environment has a path; the variables in it have none.
  found.set(globalThis, ['globalThis']).set(process.env, ['process', 'env']);
  for (const [value, path] of queue) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || found.has(value)) continue;
    found.set(value, path);
    if (isLeaf(path)) continue;
    for (const key of Reflect.ownKeys(value)) {
      const step = stepOf(key);
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (step === undefined || !property || (path[0] === 'process' && ownedByProgram.has(step))) continue;
      if ('value' in property) queue.push([property.value, [...path, step]]);
      if (property.get) queue.push([property.get, [...path, `get ${step}`]]);
      if (property.set) queue.push([property.set, [...path, `set ${step}`]]);
    }
    queue.push([Object.getPrototypeOf(value), [...path, prototypeStep]]);
  }
  return found;
}

const ownedByProgram = new Set(['argv', 'execArgv', 'mainModule', 'env', '_events', 'domain']);

/** What hangs on `process` deeper than its own properties is state, not part of the language. */
function isLeaf(path: readonly string[]): boolean {
  return path.length > (path[0] === 'process' ? 1 : maxDepth) && path.at(-1) !== prototypeStep;
}
