/** One capture: the payload that is being made, and which values it has already. */
import type { BuiltinPath } from './builtins.js';
import { intrinsicPath } from './intrinsics.js';
import { Constancy } from './constant.js';
import type { Owner } from './facts.js';
import { captureFunction } from './functions.js';
import { captureObject } from './objects.js';
import { isNative } from './locate.js';
import type { EnvRecord, ImportRecord, Payload, PayloadNode, Slot } from './payload.js';
import { captureProtocol } from './protocols.js';
import { originOf } from './provenance.js';
import type { ModulePath } from './references.js';
import { Trail } from './trail.js';

/** What a reference or a number costs, about. */
const slotBytes = 8;
/** Longer strings are told apart by number. */
const shortString = 64;

export class Pickler {
  readonly payload: Payload = { root: undefined, nodes: [], envs: [], scripts: [], imports: [] };
  readonly trail: Trail;
  readonly constancy: Constancy;
  /** About how much the payload holds. */
  bytes = 0;
  readonly #ids = new Map<unknown, number>();
  readonly #imports = new Map<string, number>();
  readonly #scripts = new Map<object, number>();
  readonly #envs = new Map<string, { id: number; record: EnvRecord }>();
  readonly #identities = new Map<unknown, number>();

  constructor(label: string, constancy = new Constancy()) {
    this.trail = new Trail(label);
    this.constancy = constancy;
  }

  encode(value: unknown, owner?: Owner): Slot {
    this.bytes += slotBytes;
    switch (typeof value) {
      case 'string':
        this.bytes += value.length;
        return value;
      case 'symbol':
        return this.reference(value);
      case 'function':
        return this.reference(value, owner);
      case 'object':
        return value === null ? null : this.reference(value);
      default:
        return value as Slot;
    }
  }

  /** Whether the value has a node. */
  has(value: unknown): boolean {
    return this.#ids.has(value);
  }

  /** The value's node, made when it is met for the first time. */
  reference(value: symbol | object, owner?: Owner): [id: number] {
    const known = this.#ids.get(value);
    if (known !== undefined) return [known];
    // The number is taken before the value is walked: the walk may lead back to it.
    const id = this.#reserve(value);
    this.payload.nodes[id] = this.#node(value, owner);
    return [id];
  }

  placeImport(value: object, found: ModulePath): [id: number] {
    const id = this.#reserve(value);
    this.payload.nodes[id] = this.imported(found);
    return [id];
  }

  imported({ record, path }: ModulePath): PayloadNode {
    return ['import', this.importIndex(record), ...path];
  }

  builtin([specifier, ...path]: BuiltinPath): PayloadNode {
    return this.imported({ record: { specifier, parent: '', kind: 'esm' }, path });
  }

  importIndex(record: ImportRecord): number {
    const key = JSON.stringify([record.kind, record.specifier, record.parent, record.attributes]);
    return getOrMake(this.#imports, key, () => this.payload.imports.push({ ...record }) - 1);
  }

  script(script: object, address: string): number {
    return getOrMake(this.#scripts, script, () => this.payload.scripts.push({ address }) - 1);
  }

  env(script: number, parent: number, identity: unknown): { id: number; record: EnvRecord } {
    return getOrMake(this.#envs, `${script}|${parent}|${this.identify(identity)}`, () => {
      const record: EnvRecord = { parent, script, names: [], slots: [] };
      return { id: this.payload.envs.push(record) - 1, record };
    });
  }

  /** A text that is equal for identical values. */
  identify(value: unknown): string {
    const isShort = typeof value === 'string' && value.length <= shortString;
    const isSimple =
      typeof value !== 'object' &&
      typeof value !== 'function' &&
      typeof value !== 'symbol' &&
      typeof value !== 'string';
    if (isShort || isSimple) return Object.is(value, -0) ? 'number -0' : `${typeof value} ${String(value)}`;
    return `#${getOrMake(this.#identities, value, () => this.#identities.size)}`;
  }

  #reserve(value: unknown): number {
    const id = this.payload.nodes.push(['object']) - 1;
    this.#ids.set(value, id);
    return id;
  }

  #node(value: symbol | object, owner: Owner | undefined): PayloadNode {
    if (typeof value === 'symbol') return symbolNode(value);
    // A function with source is looked up when its script turns out to be one of Node's own.
    const intrinsic = typeof value === 'function' && !isNative(value) ? undefined : intrinsicPath(value);
    if (intrinsic) return ['intrinsic', ...intrinsic];
    const told = captureProtocol(this, value);
    if (told) return told;
    const origin = originOf(value);
    if (origin?.kind === 'import') return this.imported({ record: origin.record, path: [] });
    if (origin?.kind === 'commonjs') return ['commonjs', origin.href, origin.name];
    if (origin?.kind === 'meta') return ['meta', origin.href];
    return typeof value === 'function' ? captureFunction(this, value, owner) : captureObject(this, value);
  }
}

function symbolNode(symbol: symbol): PayloadNode {
  const key = Symbol.keyFor(symbol);
  if (key !== undefined) return ['registered', key];
  const name = symbol.description?.replace(/^Symbol\./, '') ?? '';
  if (name && Reflect.get(Symbol, name) === symbol) return ['intrinsic', 'Symbol', name];
  return ['symbol', symbol.description];
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
