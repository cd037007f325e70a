/** How an object travels: by the kind of thing that it is, with its class and its own properties. */
import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import { builtinPath } from './builtins.js';
import { inspectFunction, privateNamesOf, proxyTarget, scriptById } from './inspector.js';
import { intrinsicPath } from './intrinsics.js';
import { textOf } from './locate.js';
import type { PayloadNode, Shape, Slot } from './payload.js';
import type { Pickler } from './pickler.js';
import { ownValue, ownerOfPrototype } from './descriptor.js';
import { findCommonjsExport } from './references.js';
import { namespaceReference } from './namespaces.js';
import { captureException, capturePlatformObject } from './platform.js';
import { captureBytes, captureView } from './buffers.js';
import { type Skip, fullShape, inside, tail } from './shape.js';

/** Kinds of object whose state lies hidden in the engine. */
const hidden: readonly [test: (value: unknown) => boolean, name: string][] = [
  [types.isPromise, 'Promise'],
  [types.isWeakMap, 'WeakMap'],
  [types.isWeakSet, 'WeakSet'],
  [types.isProxy, 'Proxy'],
  [types.isExternal, 'native handle'],
  [types.isGeneratorObject, 'generator'],
  [types.isMapIterator, 'Map iterator'],
  [types.isSetIterator, 'Set iterator'],
  [types.isSharedArrayBuffer, 'SharedArrayBuffer'],
];
/** Classes of the engine of which there is no test. */
const hiddenClasses =
  /^(WeakRef|FinalizationRegistry|Intl|WebAssembly|DisposableStack|AsyncDisposableStack|Temporal|Iterator)\b/;

export function captureObject(pickler: Pickler, value: object): PayloadNode {
  if (types.isProxy(value)) return captureProxy(pickler, value);
  const owner = ownerOfPrototype(value);
  if (owner) return capturePrototype(pickler, owner);
  if (types.isModuleNamespaceObject(value)) return captureNamespace(pickler, value);
  const known = captureKnownKind(pickler, value);
  if (known) return known;
  for (const [test, name] of hidden) if (test(value)) return refuse(pickler, name);
  return captureOrdinary(pickler, value);
}

function refuse(pickler: Pickler, name: string, advice = ''): never {
  return pickler.trail.fail('ERR_PICKLE_UNSUPPORTED', `cannot pickle '${name}' object${advice}`);
}

/** Test runners put proxies before Node's modules; what is behind any other is nobody's business. */
function captureProxy(pickler: Pickler, value: object): PayloadNode {
  const target = proxyTarget(value);
  const found = builtinPath(
    types.isModuleNamespaceObject(target) ? (target as { default?: unknown }).default : target,
    undefined,
  );
  return found ? pickler.builtin(found) : refuse(pickler, 'Proxy');
}

function capturePrototype(pickler: Pickler, owner: object): PayloadNode {
  const { trail } = pickler;
  const depth = trail.depth;
  try {
    const [id] = trail.within('.constructor', () => pickler.reference(owner));
    return ['prototype', id];
  } catch (error) {
    if (!(error instanceof PicklingError) || error.code !== 'ERR_PICKLE_NATIVE_FUNCTION') throw error;
    // It is the instance that the reader knows, not its hidden class.
    trail.rewind(depth - 1);
    return refuse(pickler, (owner as { name: string }).name);
  }
}

function captureNamespace(pickler: Pickler, value: object): PayloadNode {
  const builtin = builtinPath(Reflect.get(value, 'default'), undefined);
  if (builtin) return pickler.builtin([builtin[0]]);
  const found = namespaceReference(value);
  return found ? pickler.imported(found) : refuse(pickler, 'Module', ': it was not reached through an import');
}

function captureKnownKind(pickler: Pickler, value: object): PayloadNode | undefined {
  if (Array.isArray(value)) return captureArray(pickler, value);
  const rest = (standard: object, skip?: Skip): [Shape?] => {
    return tail(fullShape(pickler, value, standard, skip));
  };
  if (types.isMap(value)) {
    const entries: Slot[] = [];
    for (const [key, item] of Map.prototype.entries.call(value)) {
      entries.push(inside(pickler, '<key>', key), inside(pickler, `.get(${keyLabel(key)})`, item));
    }
    return ['map', entries, ...rest(Map.prototype)];
  }
  if (types.isSet(value)) {
    return [
      'set',
      Array.from(Set.prototype.values.call(value), (item) => inside(pickler, '<item>', item)),
      ...rest(Set.prototype),
    ];
  }
  if (types.isDate(value)) return ['date', Date.prototype.getTime.call(value), ...rest(Date.prototype)];
  if (types.isRegExp(value)) {
    return [
      'regexp',
      value.source,
      value.flags,
      value.lastIndex,
      ...rest(RegExp.prototype, (key) => key === 'lastIndex'),
    ];
  }
  if (types.isNativeError(value)) {
    const exception = captureException(value);
    if (exception) return exception;
    // An accessor of the engine on newer Nodes: read here, defined there.
    const stack = typeof value.stack === 'string' ? value.stack : undefined;
    return ['error', stack, ...rest(Error.prototype, (key) => key === 'stack')];
  }
  if (types.isBoxedPrimitive(value)) {
    const primitive = pickler.encode(Object.prototype.valueOf.call(value).valueOf());
    const ownKeys = (key: PropertyKey): boolean =>
      types.isStringObject(value) && (key === 'length' || /^\d+$/.test(String(key)));
    return ['boxed', primitive, ...rest(Object.getPrototypeOf(Object(value.valueOf())) as object, ownKeys)];
  }
  if (types.isArrayBuffer(value)) return captureBytes(pickler, value);
  if (ArrayBuffer.isView(value)) return captureView(pickler, value);
  return capturePlatformObject(value);
}

function keyLabel(key: unknown): string {
  return typeof key === 'string'
    ? `'${key}'`
    : typeof key === 'object' || typeof key === 'symbol'
      ? '...'
      : String(key);
}

function captureArray(pickler: Pickler, value: unknown[]): PayloadNode {
  const items: Slot[] = [];
  const isIndex = (key: PropertyKey): boolean => key === 'length' || (typeof key === 'string' && /^\d+$/.test(key));
  for (let at = 0; at < value.length; at++) {
    // A hole is no element.
    if (!(at in value)) {
      const shape = fullShape(pickler, value, Array.prototype, (key) => key === 'length');
      return ['array', value.length, null, ...tail(shape)];
    }
    const item = value[at];
    items.push(
      typeof item === 'object' || typeof item === 'function' ? inside(pickler, `[${at}]`, item) : pickler.encode(item),
    );
  }
  const shape = fullShape(pickler, value, Array.prototype, isIndex);
  return ['array', value.length, items, ...tail(shape)];
}

function captureOrdinary(pickler: Pickler, value: object): PayloadNode {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    const hiddenClass = hiddenClasses.exec(intrinsicPath(prototype)?.join('.') ?? '');
    if (hiddenClass) refuse(pickler, className(value));
    if (mayHavePrivates(prototype)) {
      const names = privateNamesOf(value);
      if (names.length) {
        pickler.trail.fail(
          'ERR_PICKLE_PRIVATE_FIELDS',
          `cannot pickle '${className(value)}' object: it has private fields (${names.join(', ')}). Define [reduce]() in its class, or use '_${names[0]?.slice(1)}'`,
        );
      }
    }
  }
  const module = moduleObject(pickler, value);
  if (module) return module;
  const shape = fullShape(pickler, value, Object.prototype);
  return shape ? ['object', shape] : ['object'];
}

function className(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' ? constructor.name : 'Object';
}

const privatePrototypes = new WeakMap<object, boolean>();

/** Private fields come from the text of a class; to ask the engine about each instance would be dear. */
function mayHavePrivates(prototype: object): boolean {
  let known = privatePrototypes.get(prototype);
  if (known === undefined) {
    const owner = ownValue(prototype, 'constructor');
    const base: unknown = Object.getPrototypeOf(prototype);
    const isOwn = typeof owner === 'function' && textOf(owner).startsWith('class') && textOf(owner).includes('#');
    known = isOwn || (typeof base === 'object' && base !== null && mayHavePrivates(base));
    privatePrototypes.set(prototype, known);
  }
  return known;
}

/** An object full of functions may be a module: one of Node's, or what a CommonJS module exports. */
function moduleObject(pickler: Pickler, value: object): PayloadNode | undefined {
  for (const name of Object.keys(value)) {
    const member = ownValue(value, name);
    if (typeof member !== 'function' || intrinsicPath(member)) continue;
    const { location } = inspectFunction(member);
    const address = location && scriptById(location.scriptId)?.url;
    if (!location || address?.startsWith('node:')) {
      const found = builtinPath(value, address);
      return found && pickler.builtin(found);
    }
    const found = findCommonjsExport(value);
    return found?.path.length === 0 ? pickler.imported(found) : undefined;
  }
  return undefined;
}
