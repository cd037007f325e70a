import type { Callable } from './facts.js';
import type { Payload, PayloadNode } from './payload.js';

/**
 * Whether every later capture of a function would give the same: it travels by reference, or all that its text uses are
 * variables that never change, with values that cannot. Who sends a function often need capture such a one only once.
 */
export class Constancy {
  #varies = false;
  readonly #functions: { readonly fn: Callable; readonly properties: number }[] = [];

  /** A captured variable may have another value the next time. */
  seeVarying(): void {
    this.#varies = true;
  }

  seeFunction(fn: Callable): void {
    this.#functions.push({ fn, properties: propertiesOf(fn) });
  }

  /** When the capture is done: whether later ones will give the same, for as long as it `holds`. */
  isOf({ nodes }: Payload): boolean {
    return !this.#varies && nodes.every((node) => isFixed(node) && !isClass(node));
  }

  /** Whether nobody has given one of the functions a property since. */
  holds(): boolean {
    for (const { fn, properties } of this.#functions) if (propertiesOf(fn) !== properties) return false;
    return true;
  }
}

/** How many properties a function has, and what it constructs has from it. */
function propertiesOf(fn: Callable): number {
  const { prototype } = fn as { prototype?: unknown };
  const inherited = typeof prototype === 'object' && prototype !== null ? Reflect.ownKeys(prototype).length : 0;
  return Reflect.ownKeys(fn).length + inherited;
}

/** Its methods may be replaced. */
function isClass(node: PayloadNode): boolean {
  return node[0] === 'function' && node[1].kind === 'class';
}

/** Whether a function uses no variable whose value travels with it, and so shares nothing with what travels besides. */
export function capturesNothing({ nodes, envs }: Payload): boolean {
  return nodes.every(isFixed) && envs.every(({ slots }) => slots.length === 0);
}

/**
 * Whether to make the function runs nothing but its own expression: no module is imported, no class is set up. Then it can
 * be made ahead, in a process that must not run anything of the user's.
 */
export function isInert({ nodes, imports }: Payload): boolean {
  return (
    imports.length === 0 &&
    nodes.every((node) => isHandle(node) || (node[0] === 'function' && node[1].kind !== 'class'))
  );
}

/** A function of the library, which is there already. */
function isHandle(node: PayloadNode): boolean {
  return node[0] === 'handle' && node[1] === 'Export';
}

function isFixed(node: PayloadNode): boolean {
  if (isHandle(node) || node[0] === 'intrinsic' || node[0] === 'import' || node[0] === 'commonjs') return true;
  if (node[0] !== 'function') return false;
  const { self, own, prototype, heritage } = node[1];
  return self === undefined && own === undefined && prototype === undefined && heritage === undefined;
}
