/**
 * What travels: plain data only, arrays where it is hot.
 *
 *   payload = { root, nodes, envs, scripts, imports }
 *
 * A slot is a primitive as it is, or `[id]`, a reference to a node. Nodes are the objects, functions and symbols of the
 * value's graph; equal ids are the same object, so identity and cycles hold within one payload. A function by value names
 * its env: the variables it sees, one env for each scope of the source, linked outwards. Envs name their script, which
 * gives the text its address. Imports are a table of their own, so that the receiver can load them before it links.
 */

import type { ClassIdentity } from './classes.js';

export type Primitive = string | number | boolean | null | undefined | bigint;
export type Slot = Primitive | readonly [id: number];
export type Key = string | readonly [id: number];

export interface ImportRecord {
  specifier: string;
  /** URL of the module that imports it; '' when the specifier is absolute. */
  parent: string;
  attributes?: Record<string, string>;
  kind: 'esm' | 'cjs';
}

/** Everything of an object that is not its contents: prototype, own properties, whether it is open to change. */
export interface Shape {
  /** Absent: the usual prototype of this kind of object. */
  proto?: Slot;
  keys?: Key[];
  slots?: Slot[];
  /** Properties that are not plain: `[key, attributes, value]`, or `[key, attributes, get, set]` for an accessor. */
  odd?: OddProperty[];
  lock?: Lock;
}
export type OddProperty = [Key, attributes: number, Slot] | [Key, attributes: number, get: Slot, set: Slot];
export type Lock = 'frozen' | 'sealed' | 'closed';

/** Bits of a property's attributes. */
export const enumerable = 1;
export const configurable = 2;
export const writable = 4;

/** How the text of a function is to be read. */
export type TextKind = 'expression' | 'declaration' | 'class' | 'method' | 'get' | 'set' | 'field';

export interface FunctionRecord {
  /** Of a class. */
  identity?: ClassIdentity;
  env: number;
  text: string;
  line: number;
  column: number;
  kind: TextKind;
  name: string;
  strict?: true;
  /** Offsets in the text at which `import.meta` stands. */
  metas?: number[];
  /** What a class extends, and from where to where in the text it is written. */
  heritage?: [value: Slot, start: number, end: number];
  /** Computed keys of a class's methods: where in the text, and what they came to. */
  keys?: [start: number, end: number, Slot][];
  /** The variables that a class uses while it is defined: in computed keys of fields and private statics. */
  evaluates?: string[];
  /** The object that `this` is, for the arrow function of a class field. */
  self?: Slot;
  own?: Shape;
  /** What a program has added to the function's `prototype`, or another object that it has put in its place. */
  prototype?: Shape | readonly [id: number];
}

export interface EnvRecord {
  /** -1: none. */
  parent: number;
  script: number;
  /** Variables; `lets` are those that a function of this payload assigns. */
  names: string[];
  slots: Slot[];
  lets?: string[];
  /** `[local name, index of the import, exported name or '*']`. */
  imports?: [string, number, string][];
  /** Names of the CommonJS wrapper: require, module, exports, __filename, __dirname. */
  commonjs?: string[];
}

export interface ScriptRecord {
  /** As in stack traces: a URL or a path, '' for eval. */
  address: string;
}

export type PayloadNode =
  | ['intrinsic', ...path: string[]]
  | ['import', index: number, ...path: string[]]
  | ['function', FunctionRecord]
  | ['bound', target: Slot, self: Slot, args: Slot[]]
  | ['prototype', of: number]
  | ['symbol', description: string | undefined]
  | ['registered', key: string]
  | ['object', Shape?]
  | ['array', length: number, items: Slot[] | null, Shape?]
  | ['map', entries: Slot[], Shape?]
  | ['set', items: Slot[], Shape?]
  | ['date', time: number, Shape?]
  | ['regexp', source: string, flags: string, lastIndex: number, Shape?]
  | ['error', stack: string | undefined, Shape?]
  | ['bytes', ArrayBuffer, maxByteLength?: number]
  | ['buffer', Uint8Array]
  | ['view', type: string, buffer: Slot, offset: number, length: number, Shape?]
  | ['boxed', Slot, Shape?]
  | ['url', href: string]
  | ['query', text: string]
  | ['exception', message: string, name: string, stack: string | undefined]
  | ['commonjs', href: string, name: string]
  | ['meta', href: string]
  | ['reduced', fn: Slot, args: Slot[]]
  | ['handle', type: string, state: Slot]
  /** Put by the receiver in place of a class that it knows. */
  | ['known'];

export interface Payload {
  root: Slot;
  nodes: PayloadNode[];
  envs: EnvRecord[];
  scripts: ScriptRecord[];
  imports: ImportRecord[];
}
