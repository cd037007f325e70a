import { types } from 'node:util';
import * as family from '../errors.js';
import { PythonError, RemoteError } from '../pickle/errors.js';
import type { PickleType, Replace } from '../pickle/pickle.js';

/**
 * Errors between programs that both use this library: they arrive whole, with their class, own properties, cause and stack.
 * CPython's programs get exceptions of Python.
 */
export const ERROR_NAME = 'manyfold.Error';

type ErrorClass = abstract new (...args: never[]) => Error;

const language: readonly ErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
];
const own = [...(Object.values(family) as unknown[]), RemoteError].filter(isErrorClass);
const known = new Map<string, ErrorClass>([...own, ...language].map((type) => [type.name, type]));

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}

export const replaceErrors: Replace = (value) => {
  if (!types.isNativeError(value) || value instanceof PythonError) return undefined;
  const { name, message, stack, cause } = value;
  const properties = new Map<string, unknown>(Object.entries(value));
  if ('code' in value) properties.set('code', value.code);
  if (cause !== undefined) properties.set('cause', cause);
  return { global: ERROR_NAME, args: [classOf(value), name, message, stack ?? null, properties] };
};

/** Of a class that nobody else knows: the nearest one above it. */
function classOf(error: Error): string {
  for (let at = Object.getPrototypeOf(error) as Error; ; at = Object.getPrototypeOf(at) as Error) {
    const { name } = at.constructor;
    if (known.get(name)?.prototype === at || at === Error.prototype) return name;
  }
}

export const errorType: PickleType = {
  create: ([type, name, message, stack, properties]) => {
    const Class = known.get(String(type)) ?? Error;
    const error = Reflect.construct(Error, [String(message)], Class) as Error; // what its constructor wants is not known here
    const put = (key: string, value: unknown, enumerable: boolean): void =>
      void Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
    if (error.name !== name) put('name', String(name), false);
    if (typeof stack === 'string') put('stack', stack, false);
    const entries = properties instanceof Map ? [...properties] : Object.entries(properties ?? {});
    for (const [key, value] of entries) put(String(key), value, key !== 'cause' && key !== 'code');
    return error;
  },
};
