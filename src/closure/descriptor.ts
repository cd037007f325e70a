/** Property descriptors, read as plain records: what they hold are values here, not methods to be called. */
export interface Descriptor {
  readonly value?: unknown;
  readonly get?: unknown;
  readonly set?: unknown;
  readonly writable?: boolean;
  readonly enumerable?: boolean;
  readonly configurable?: boolean;
}

export function ownDescriptor(object: object, key: PropertyKey): Descriptor | undefined {
  return Object.getOwnPropertyDescriptor(object, key);
}

/** The value of an own data property; an accessor is not called. */
export function ownValue(object: object, key: PropertyKey): unknown {
  return ownDescriptor(object, key)?.value;
}

/** The class or function whose `prototype` this object is. */
export function ownerOfPrototype(object: object): object | undefined {
  const owner = ownValue(object, 'constructor');
  return typeof owner === 'function' && ownValue(owner, 'prototype') === object ? owner : undefined;
}
