/** A function as text with the variables that it sees. */
import { basename } from 'node:path';
import { tokenOf } from './classes.js';
import { type Descriptor, ownDescriptor, ownValue } from './descriptor.js';
import { type Callable, type Facts, label } from './facts.js';
import { textOf } from './locate.js';
import type { FunctionRecord, PayloadNode, Shape, Slot } from './payload.js';
import type { Pickler } from './pickler.js';
import type { ComputedKey } from './recipe.js';
import { shapeOf } from './shape.js';
import { captureVariables } from './variables.js';

/** Properties that every function has; a class may have a static member of that name instead. */
function isNatural(key: PropertyKey, property: Descriptor): boolean {
  if (key === 'length' || key === 'name') return !property.writable && typeof property.value !== 'function';
  return key === 'prototype' || key === 'arguments' || key === 'caller';
}

export function captureByValue(pickler: Pickler, fn: Callable, facts: Facts): PayloadNode {
  const { recipe, address } = facts;
  const { line, column, free } = recipe;
  // As a stack trace counts.
  const place = `${basename(address) || 'eval'}:${line + 1}:${column + 1}`;
  return pickler.trail.within(`${label(fn)} (${place})`, () => {
    refuseImmovable(pickler, fn, facts);
    const { env, content } = captureVariables(pickler, fn, facts);
    const record: FunctionRecord = { env, text: recipe.text, line, column, kind: recipe.kind, name: nameOf(fn) };
    if (recipe.strict) record.strict = true;
    if (recipe.metas.length) record.metas = [...recipe.metas];
    if (recipe.keys.length) record.keys = recipe.keys.map((key) => [key.start, key.end, keyValue(pickler, fn, key)]);
    if (recipe.evaluates.length) record.evaluates = [...recipe.evaluates];
    if (recipe.heritage) {
      const base: unknown = Object.getPrototypeOf(fn);
      const slot = pickler.trail.within('extends', () => pickler.encode(base === Function.prototype ? null : base));
      record.heritage = [slot, ...recipe.heritage];
    }
    if (free.usesThis && facts.self) {
      record.kind = 'field';
      record.self = pickler.encode(facts.self);
    }
    if (record.kind === 'class') record.identity = [tokenOf(fn), withBase(pickler, record, content)];
    addProperties(pickler, fn, record);
    pickler.constancy.seeFunction(fn);
    return ['function', record];
  });
}

/** A class is the same only if its base is. */
function withBase(pickler: Pickler, { heritage }: FunctionRecord, content: string | null): string | null {
  const base = heritage?.[0];
  const node = Array.isArray(base) ? pickler.payload.nodes[(base as [number])[0]] : undefined;
  if (content === null || node?.[0] !== 'function') return content;
  const [token, baseContent] = node[1].identity ?? ['', null];
  return baseContent === null ? null : JSON.stringify([content, token, baseContent]);
}

/** A class may have a static member called `name`. */
function nameOf(fn: Callable): string {
  const name: unknown = ownValue(fn, 'name');
  return typeof name === 'string' ? name : '';
}

/** What a computed key has come to: the key under which the class has the method. */
function keyValue(pickler: Pickler, fn: Callable, { isStatic, member }: ComputedKey): Slot {
  const holder = isStatic ? fn : (fn as unknown as { prototype: object }).prototype;
  const found = Reflect.ownKeys(holder).find((key) => {
    const { value, get, set } = ownDescriptor(holder, key) ?? {};
    return [value, get, set].some((part) => typeof part === 'function' && member.endsWith(textOf(part)));
  });
  // The method has been deleted or replaced since: the text's own must get in nobody's way.
  return pickler.encode(found ?? Symbol('replaced'));
}

/** What cannot be moved out of its place, whatever travels with it. */
function refuseImmovable(pickler: Pickler, fn: Callable, { recipe, self }: Facts): void {
  const { free, atModuleLevel, fieldKey } = recipe;
  const { trail } = pickler;
  const [privateName] = free.privates;
  if (privateName !== undefined) {
    trail.fail(
      'ERR_PICKLE_PRIVATE_NAME',
      `cannot pickle ${label(fn)}: it uses the private name #${privateName} of its class; pass the class, or export it from a module`,
    );
  }
  if (free.usesSuper)
    trail.fail('ERR_PICKLE_SUPER', `cannot pickle ${label(fn)}: it uses 'super' of the class or object around it`);
  if (free.usesEval) {
    trail.fail(
      'ERR_PICKLE_EVAL',
      `cannot pickle ${label(fn)}: it calls eval() directly, so what it uses cannot be known`,
    );
  }
  const outer = free.usesArguments
    ? 'arguments'
    : free.usesNewTarget
      ? 'new.target'
      : free.usesThis
        ? 'this'
        : undefined;
  if (outer === undefined || (outer === 'this' && (atModuleLevel || self))) return;
  const advice =
    fieldKey === undefined
      ? `Write "const self = this" and use self, or use .bind(this) on a function`
      : `It is the field '${fieldKey}' of an object: pass the object and call it there, or make it a method and use .bind()`;
  trail.fail(
    'ERR_PICKLE_OUTER_THIS',
    `cannot pickle arrow ${label(fn)}: it uses '${outer}' of the function around it. ${advice}`,
  );
}

function addProperties(pickler: Pickler, fn: Callable, record: FunctionRecord): void {
  const text = textOf(fn);
  const isClass = record.kind === 'class';
  /** The methods of a class stand in its text. */
  const isInText = (property: Descriptor): boolean => {
    if (property.enumerable) return false;
    const parts = [property.value, property.get, property.set].filter((part) => part !== undefined);
    return parts.every((part) => typeof part === 'function' && text.includes(textOf(part)));
  };
  const own = shapeOf(pickler, fn, (key, property) => isNatural(key, property) || (isClass && isInText(property)));
  if (own) record.own = own;

  const prototype: unknown = ownValue(fn, 'prototype');
  // A generator function's prototype is the prototype of its generators, and nobody adds to it.
  if (typeof prototype !== 'object' || prototype === null || /Generator/.test(Object.prototype.toString.call(fn)))
    return;
  const { trail } = pickler;
  if (ownValue(prototype, 'constructor') !== fn) {
    const slot = trail.within('.prototype', () => pickler.encode(prototype));
    if (Array.isArray(slot)) record.prototype = slot as [id: number];
    return;
  }
  const shape: Shape = trail.within('.prototype', () => {
    const found =
      shapeOf(pickler, prototype, (key, property) => key === 'constructor' || (isClass && isInText(property))) ?? {};
    const base: unknown = Object.getPrototypeOf(prototype);
    if (!record.heritage && base !== Object.prototype) found.proto = pickler.encode(base);
    return found;
  });
  if (Object.keys(shape).length > 0) record.prototype = shape;
}
