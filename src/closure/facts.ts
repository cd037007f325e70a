/** What a capture knows about a function that travels by value. */
import { textOf } from './locate.js';
import type { Recipe } from './recipe.js';
import type { Scope } from './scopes.js';

export type Callable = Function;

/** The object of which a function is being captured as a property. */
export interface Owner {
  readonly object: object;
  readonly key: PropertyKey;
}

/** All about a function by value that one capture needs. */
export interface Facts {
  readonly recipe: Recipe;
  readonly scopes: readonly Scope[];
  /** Equal for functions of one script. */
  readonly script: object;
  /** Address of the script, as in stack traces. */
  readonly address: string;
  readonly isCommonjs: boolean;
  /** Whether a variable that it sees may later have another value. */
  mayChange(name: string): boolean;
  /** What `this` is in the arrow function of a class field. */
  readonly self: object | undefined;
}

/** How errors name a function. */
export function label(fn: Callable): string {
  return `${textOf(fn).startsWith('class') ? 'class' : 'function'} '${fn.name || '<anonymous>'}'`;
}
