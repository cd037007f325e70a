/**
 * The door to acorn. It is loaded at the first capture, because a program that sends no function by value (and every
 * child that only receives them) must not pay for a parser.
 */
import type * as acornModule from 'acorn';
import type { AnyNode, Options, Pattern, Program } from 'acorn';
import { loadAcorn } from '../system/installation.js';

export type { AnyNode, Pattern, Program };

type Acorn = typeof acornModule;
let acorn: Acorn | undefined;

const common: Options = {
  ecmaVersion: 'latest',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowHashBang: true,
  checkPrivateFields: false,
};

/** Parses a whole script. A module that fails is tried as a script: V8 has told us less than the whole truth then. */
export function parse(source: string, isModule: boolean): Program {
  acorn ??= loadAcorn();
  try {
    return acorn.parse(source, { ...common, sourceType: isModule ? 'module' : 'script' });
  } catch (error) {
    if (!isModule) throw error;
    return acorn.parse(source, { ...common, sourceType: 'script' });
  }
}

/** Every node below `node`, one level deep. */
export function* children(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) yield item;
    } else if (isNode(value)) yield value;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The names that a pattern binds: those of `{ a, b: [c = 1, ...d] }` are a, c and d. */
export function boundNames(pattern: Pattern | null | undefined, names: string[] = []): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      names.push(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        boundNames(property.type === 'RestElement' ? property.argument : property.value, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) boundNames(element, names);
      break;
    case 'AssignmentPattern':
      boundNames(pattern.left, names);
      break;
    case 'RestElement':
      boundNames(pattern.argument, names);
      break;
    default:
  }
  return names;
}

/** The name that an import or export specifier, a property or an attribute is written with. */
export function keyName(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}
