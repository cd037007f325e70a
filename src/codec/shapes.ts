import { Output } from './output.js';
import { MAX_SHAPE_KEY_LENGTH, MAX_SHAPE_KEYS, NEW_SHAPE } from './wire.js';

/** The writer's side of shapes: a tree of keys. Walking it key by key finds the shape of an object without hashing. */
const MAX_NODES = 8192;

/** A list of keys: a path from the root of the tree. */
export class Shape {
  readonly size: number;
  /** Whether there has been an object of this shape; a shape that never comes again is not worth defining. */
  seen = false;
  /** The message that defined it last, and its number there. */
  message = 0;
  number = 0;
  readonly #parent: Shape | undefined;
  readonly #key: string;
  #lastKey: string | undefined;
  #lastChild: Shape | undefined;
  #children: Map<string, Shape> | undefined;
  #definition: Uint8Array | undefined;

  constructor(parent?: Shape, key = '') {
    this.#parent = parent;
    this.#key = key;
    this.size = parent === undefined ? 0 : parent.size + 1;
  }

  /** The shape with one more key; undefined if that is none. */
  with(key: string): Shape | undefined {
    return key === this.#lastKey ? this.#lastChild : this.#search(key);
  }

  #search(key: string): Shape | undefined {
    let child = this.#children?.get(key);
    if (child === undefined) {
      if (this.size >= MAX_SHAPE_KEYS || key.length > MAX_SHAPE_KEY_LENGTH) return undefined;
      child = new Shape(this, key);
      (this.#children ??= new Map()).set(key, child);
      nodes++;
    }
    this.#lastKey = key;
    this.#lastChild = child;
    return child;
  }

  /** The bytes that define it in a message: tag, hash, length and keys. */
  get definition(): Uint8Array {
    return (this.#definition ??= define(this.#keys()));
  }

  #keys(): string[] {
    return this.#parent === undefined ? [] : [...this.#parent.#keys(), this.#key];
  }
}

let root = new Shape();
let nodes = 0;

/** Where the walk begins. Objects used as dictionaries would let the tree grow for ever: a full one is dropped. */
export function emptyShape(): Shape {
  if (nodes > MAX_NODES) {
    root = new Shape();
    nodes = 0;
  }
  return root;
}

const keyList = new Output();
const draft = new Output();

function define(keys: readonly string[]): Uint8Array {
  keyList.start();
  keyList.count(keys.length);
  for (const key of keys) keyList.string(key);
  const list = keyList.written();

  draft.start();
  draft.tag(NEW_SHAPE);
  draft.view.setInt32(draft.position, hash(list), true);
  draft.position += 4;
  draft.count(list.length);
  draft.raw(list);
  return draft.written().slice();
}

/** Only a hint where the reader may have seen these bytes before; it compares them. */
function hash(bytes: Uint8Array): number {
  let mix = 0x811c9dc5;
  for (const byte of bytes) mix = Math.imul(mix ^ byte, 0x01000193);
  return mix ^ (mix >>> 16);
}
