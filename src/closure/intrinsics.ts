/**
 * The objects that every realm of Node has: `Array.prototype`, `Math.max`, `process.env`. They travel as a path from the
 * global object. A step is a property name, `@@name` for a well-known symbol, `get x` and `set x` for an accessor's
 * functions, or the step to the prototype.
 */
import { ownDescriptor } from './descriptor.js';
import { textOf } from './locate.js';

const prototypeStep = '[[Prototype]]';
const maxDepth = 3;

/** Objects that no global names. */
const unnamed = new Map<string, unknown>([
  ['%GeneratorFunction%', Object.getPrototypeOf(function* () {})],
  ['%AsyncFunction%', Object.getPrototypeOf(async () => {})],
  ['%AsyncGeneratorFunction%', Object.getPrototypeOf(async function* () {})],
]);

/**
 * The globals that are looked through. They are named, because to ask for the property of one that is not (`fetch`,
 * `Headers`) loads what is behind it: 40 ms for all of them.
 */
const globals =
  'Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Proxy Reflect JSON Math Atomics Intl WebAssembly ' +
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError ' +
  'ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
  'BigInt64Array BigUint64Array Float16Array Float32Array Float64Array ' +
  'Map Set WeakMap WeakSet WeakRef FinalizationRegistry Iterator DisposableStack AsyncDisposableStack Temporal ' +
  'parseFloat parseInt isNaN isFinite decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval ' +
  'process Buffer console queueMicrotask structuredClone atob btoa ' +
  'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate';

let table: Map<unknown, readonly string[]> | undefined;

/** The path of an intrinsic object; undefined for all others. */
export function intrinsicPath(value: object): readonly string[] | undefined {
  if (value === process.env) return ['process', 'env'];
  if (!table && isPlainData(value)) return undefined;
  table ??= buildTable();
  return table.get(value);
}

/** What no intrinsic object looks like; to know it spares the first capture the table. */
function isPlainData(value: object): boolean {
  if (Array.isArray(value)) return true;
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    !Object.hasOwn(value, Symbol.toStringTag) &&
    value !== globalThis
  );
}

/** A global that the table leaves out because reading it is dear (`fetch`, `Headers`), or its twin of another realm. */
export function globalByName(fn: object): readonly string[] | undefined {
  const { name } = fn as { name?: unknown };
  if (typeof name !== 'string' || !Object.hasOwn(globalThis, name)) return undefined;
  const ours: unknown = Reflect.get(globalThis, name);
  if (ours === fn) return [name];
  const isTwin = typeof ours === 'function' && /^[A-Z]/.test(name) && textOf(ours) === textOf(fn);
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
  if (step.startsWith('get ')) return ownDescriptor(from, keyOf(step.slice(4)))?.get;
  if (step.startsWith('set ')) return ownDescriptor(from, keyOf(step.slice(4)))?.set;
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
  for (const name of globals.split(' ')) {
    if (name in globalThis) queue.push([Reflect.get(globalThis, name), [name]]);
  }
  for (const [name, value] of unnamed) queue.push([value, [name]]);
  found.set(globalThis, ['globalThis']);
  for (const [value, path] of queue) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || found.has(value)) continue;
    found.set(value, path);
    if (isLeaf(path)) continue;
    for (const key of Reflect.ownKeys(value)) {
      const step = stepOf(key);
      const property = ownDescriptor(value, key);
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
