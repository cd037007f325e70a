/** Fills a bare object: contents, prototype, properties, and at last whether it is closed to change. */
import type { Linker } from './linker.js';
import { type Key, type PayloadNode, type Shape, configurable, enumerable, writable } from './payload.js';

export function fillObject(linker: Linker, object: object, node: PayloadNode): void {
  switch (node[0]) {
    case 'array': {
      const [, length, items, shape] = node;
      const array = object as unknown[];
      if (items) for (const item of items) array.push(linker.value(item));
      else array.length = length;
      return fillShape(linker, array, shape);
    }
    case 'map': {
      const [, entries, shape] = node;
      const map = object as Map<unknown, unknown>;
      for (let at = 0; at < entries.length; at += 2) map.set(linker.value(entries[at]), linker.value(entries[at + 1]));
      return fillShape(linker, map, shape);
    }
    case 'set': {
      for (const item of node[1]) (object as Set<unknown>).add(linker.value(item));
      return fillShape(linker, object, node[2]);
    }
    case 'object':
      return fillShape(linker, object, node[1]);
    case 'date':
    case 'error':
    case 'boxed':
      return fillShape(linker, object, node[2]);
    case 'regexp':
      return fillShape(linker, object, node[4]);
    case 'view':
      return fillShape(linker, object, node[5]);
    case 'function': {
      const { own, prototype } = node[1];
      if (Array.isArray(prototype)) Reflect.set(object, 'prototype', linker.value(prototype as [number]));
      else if (prototype) fillShape(linker, (object as { prototype: object }).prototype, prototype as Shape);
      return fillShape(linker, object, own);
    }
    default:
  }
}

function fillShape(linker: Linker, object: object, shape: Shape | undefined): void {
  if (!shape) return;
  const keyOf = (key: Key): PropertyKey => (typeof key === 'string' ? key : (linker.value(key) as symbol));
  if ('proto' in shape) Object.setPrototypeOf(object, linker.value(shape.proto) as object | null);
  const { keys = [], slots = [], odd = [], lock } = shape;
  // A plain assignment would run a setter of the class.
  const assign = 'proto' in shape ? define : Reflect.set;
  for (const [at, key] of keys.entries()) assign(object, keyOf(key), linker.value(slots[at]));
  for (const [key, attributes, ...parts] of odd) {
    const descriptor: PropertyDescriptor = {
      enumerable: (attributes & enumerable) !== 0,
      configurable: (attributes & configurable) !== 0,
    };
    if (parts.length === 2) {
      descriptor.get = linker.value(parts[0]) as () => unknown;
      descriptor.set = linker.value(parts[1]) as (value: unknown) => void;
    } else {
      descriptor.value = linker.value(parts[0]);
      descriptor.writable = (attributes & writable) !== 0;
    }
    Object.defineProperty(object, keyOf(key), descriptor);
  }
  if (lock === 'frozen') Object.freeze(object);
  if (lock === 'sealed') Object.seal(object);
  if (lock === 'closed') Object.preventExtensions(object);
}

function define(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
