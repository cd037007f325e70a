/**
 * One rebuild: nodes become values. A node is made as a bare object first and filled later, so that cycles close; only
 * what must be called to be made (`[reduce]`, classes, bound functions) needs others before it.
 */
import { PicklingError } from '../errors.js';
import { knownClass } from './classes.js';
import { resolveIntrinsic } from './intrinsics.js';
import { fillObject } from './fill.js';
import { linkScript, type LinkedScript } from './linkscript.js';
import { makeObject } from './make.js';
import type { FunctionRecord, Payload, PayloadNode, Slot } from './payload.js';
import { revive } from '../memory/handle.js';
import { Surroundings } from './surroundings.js';

export class Linker {
  readonly payload: Payload;
  /** What the payload imports: namespaces, and the exports of CommonJS modules. */
  readonly modules: readonly unknown[];
  readonly #values = new Map<number, unknown>();
  readonly #unfilled = new Map<number, () => void>();
  readonly #making = new Set<number>();
  readonly #scripts = new Map<number, LinkedScript | 'linking'>();
  readonly #surroundings = new Map<string, Surroundings>();
  /** Values are wanted complete, because a function is about to be called with them. */
  #isDeep = false;

  constructor(payload: Payload, modules: readonly unknown[]) {
    this.payload = payload;
    this.modules = modules;
    for (const [id, node] of payload.nodes.entries()) if (node[0] === 'function') this.#recognise(id, node);
  }

  /** A class that this process knows is not made again. */
  #recognise(id: number, node: PayloadNode & ['function', FunctionRecord]): void {
    const known = node[1].identity && knownClass(node[1].identity);
    if (!known) return;
    this.#values.set(id, known.type);
    this.payload.nodes[id] = ['known'];
    // Its statics are as they were sent; at home they are the program's own.
    if (!known.isHome && Object.isExtensible(known.type)) this.#fillLater(id, node);
  }

  link(): unknown {
    const root = this.value(this.payload.root);
    this.#settle();
    return root;
  }

  value(slot: Slot): unknown {
    if (!Array.isArray(slot)) return slot;
    const id = (slot as [number])[0];
    if (!this.#values.has(id)) this.#values.set(id, this.#make(id));
    if (this.#isDeep) this.#complete(id);
    return this.#values.get(id);
  }

  /** The value with all that hangs on it. */
  completeValue(slot: Slot): unknown {
    const before = this.#isDeep;
    this.#isDeep = true;
    const value = this.value(slot);
    this.#isDeep = before;
    return value;
  }

  /** Whether the value can be had now, without what is being linked. */
  isReady(slot: Slot): boolean {
    if (!Array.isArray(slot)) return true;
    const id = (slot as [number])[0];
    if (this.#values.has(id)) return true;
    if (this.#making.has(id)) return false;
    const node = this.#node(id);
    switch (node[0]) {
      case 'function':
        return this.#isLinked(node[1].env) && this.#linked(node[1].env).has(id);
      case 'bound':
        return [node[1], node[2], ...node[3]].every((part) => this.isReady(part));
      case 'prototype':
        return this.isReady([node[1]]);
      case 'reduced':
      case 'handle':
        // What they are made from must be complete, which may need what is being linked.
        return ![...this.#scripts.values()].includes('linking');
      default:
        return true;
    }
  }

  isMaking(slot: Slot): boolean {
    return Array.isArray(slot) && this.#making.has((slot as [number])[0]);
  }

  surroundings(address: string): Surroundings {
    let found = this.#surroundings.get(address);
    if (!found) this.#surroundings.set(address, (found = new Surroundings(address)));
    return found;
  }

  #node(id: number): PayloadNode {
    const node = this.payload.nodes[id];
    if (!node) throw new PicklingError('ERR_PICKLE_PAYLOAD', `damaged payload: it has no node ${id}`);
    return node;
  }

  #isLinked(env: number): boolean {
    return this.#scripts.get(this.#scriptOf(env)) !== 'linking';
  }

  #scriptOf(env: number): number {
    return this.payload.envs[env]?.script ?? -1;
  }

  /** The script of an env, linked when it is first asked for. */
  #linked(env: number): LinkedScript {
    const script = this.#scriptOf(env);
    const known = this.#scripts.get(script);
    if (known === 'linking')
      throw new PicklingError('ERR_PICKLE_CYCLE', 'cannot unpickle: a function is needed to make itself');
    if (known) return known;
    this.#scripts.set(script, 'linking');
    const linked = linkScript(this, script);
    this.#scripts.set(script, linked);
    return linked;
  }

  #make(id: number): unknown {
    if (this.#making.has(id)) {
      throw new PicklingError(
        'ERR_PICKLE_CYCLE',
        'cannot unpickle an object whose [reduce]() leads back to the object itself',
      );
    }
    this.#making.add(id);
    const value = this.#made(id, this.#node(id));
    this.#making.delete(id);
    return value;
  }

  #made(id: number, node: PayloadNode): unknown {
    switch (node[0]) {
      case 'function':
        this.#fillLater(id, node);
        return this.#linked(node[1].env).make(id);
      case 'import':
        return node
          .slice(2)
          .reduce<unknown>((at, key) => Reflect.get(Object(at) as object, key), this.modules[node[1]]);
      case 'intrinsic':
        return resolveIntrinsic(node.slice(1));
      case 'bound': {
        const [, target, self, args] = node;
        const fn = this.value(target) as (...args: unknown[]) => unknown;
        return fn.bind(this.value(self), ...args.map((arg) => this.value(arg)));
      }
      case 'prototype':
        return (this.value([node[1]]) as { prototype: unknown }).prototype;
      case 'commonjs':
        return this.surroundings(node[1]).commonjs(node[2]);
      case 'meta':
        return this.surroundings(node[1]).meta();
      case 'reduced': {
        const fn = this.completeValue(node[1]) as (...args: unknown[]) => unknown;
        return fn(...node[2].map((arg) => this.completeValue(arg)));
      }
      case 'handle':
        return revive(node[1], this.completeValue(node[2]));
      default:
        this.#fillLater(id, node);
        return makeObject(node, (slot) => this.value(slot));
    }
  }

  #fillLater(id: number, node: PayloadNode): void {
    this.#unfilled.set(id, () => fillObject(this, this.#values.get(id) as object, node));
  }

  #complete(id: number): void {
    const fill = this.#unfilled.get(id);
    this.#unfilled.delete(id);
    const node = this.#node(id);
    fill?.();
    if (fill && node[0] === 'function') this.#linked(node[1].env).complete();
  }

  /** Fills all objects and sets all variables; each may bring new ones. */
  #settle(): void {
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const [id, fill] of this.#unfilled) {
        this.#unfilled.delete(id);
        fill();
        isChanged = true;
      }
      for (const script of this.#scripts.values()) {
        if (script !== 'linking' && script.complete()) isChanged = true;
      }
    }
  }
}
