/** The own properties of an object. */
import { type Descriptor, ownDescriptor } from './descriptor.js';
import {
  type Key,
  type Lock,
  type OddProperty,
  type Shape,
  type Slot,
  configurable,
  enumerable,
  writable,
} from './payload.js';
import type { Pickler } from './pickler.js';

const plain = enumerable | configurable | writable;

/** Tells which properties do not travel. */
export type Skip = (key: PropertyKey, property: Descriptor) => boolean;

/** The properties of `object`, of which `own` are all that may travel; undefined when there is nothing to tell. */
export function shapeOf(
  pickler: Pickler,
  object: object,
  skip?: Skip,
  own: readonly (string | symbol)[] = Reflect.ownKeys(object),
): Shape | undefined {
  const keys: Key[] = [];
  const slots: Shape['slots'] = [];
  const odd: OddProperty[] = [];
  const lock = lockOf(object);
  for (const key of own) {
    const property = ownDescriptor(object, key);
    if (!property || skip?.(key, property)) continue;
    pickler.trail.within(`.${String(key)}`, () => {
      const attributes = attributesOf(property, lock);
      const keySlot = typeof key === 'symbol' ? pickler.reference(key) : key;
      if (!('value' in property)) {
        odd.push([keySlot, attributes, pickler.encode(property.get), pickler.encode(property.set)]);
        return;
      }
      const slot = pickler.encode(property.value, { object, key });
      // `__proto__ = x` sets the prototype; only a definition makes the property.
      if (attributes === plain && key !== '__proto__') {
        keys.push(keySlot);
        slots.push(slot);
      } else odd.push([keySlot, attributes, slot]);
    });
  }
  if (!keys.length && !odd.length && !lock) return undefined;
  return { ...(keys.length && { keys, slots }), ...(odd.length && { odd }), ...(lock && { lock }) };
}

function attributesOf(property: Descriptor, lock: Lock | undefined): number {
  let attributes = property.enumerable ? enumerable : 0;
  // To seal and to freeze sets these again, for all properties at once.
  if (property.configurable || lock === 'sealed' || lock === 'frozen') attributes |= configurable;
  if (property.writable || (lock === 'frozen' && 'value' in property)) attributes |= writable;
  return attributes;
}

function lockOf(object: object): Lock | undefined {
  if (Object.isExtensible(object)) return undefined;
  if (Object.isFrozen(object)) return 'frozen';
  return Object.isSealed(object) ? 'sealed' : 'closed';
}

/** Properties and prototype; `standard` is the prototype that need not be told. */
export function fullShape(
  pickler: Pickler,
  value: object,
  standard: object,
  skip?: Skip,
  keys?: readonly (string | symbol)[],
): Shape | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  const proto =
    prototype === standard
      ? undefined
      : { proto: pickler.trail.within('[[Prototype]]', () => pickler.encode(prototype)) };
  const own = shapeOf(pickler, value, skip, keys);
  return proto ? { ...proto, ...own } : own;
}

/** A shape as the last, optional part of a node. */
export function tail(shape: Shape | undefined): [Shape?] {
  return shape ? [shape] : [];
}

/** A value one step further down. */
export function inside(pickler: Pickler, step: string, value: unknown): Slot {
  return pickler.trail.within(step, () => pickler.encode(value));
}
