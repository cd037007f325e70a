import { entriesOf, keyOf, pythonError } from './python-values.js';

/** A dict as it lives in a server, with the methods that Python's proxies call. */
export class ServerDict {
  readonly #entries = new Map<unknown, readonly [key: unknown, value: unknown]>();

  constructor(initial?: unknown, named?: unknown) {
    this.update(initial, named);
  }

  __getitem__(key: unknown): unknown {
    const entry = this.#entries.get(keyOf(key));
    if (entry === undefined) throw pythonError('KeyError', key);
    return entry[1];
  }

  __setitem__(key: unknown, value: unknown): void {
    const id = keyOf(key);
    this.#entries.set(id, [this.#entries.get(id)?.[0] ?? key, value]);
  }

  __delitem__(key: unknown): void {
    if (!this.#entries.delete(keyOf(key))) throw pythonError('KeyError', key);
  }

  __contains__(key: unknown): boolean {
    return this.#entries.has(keyOf(key));
  }

  __len__(): number {
    return this.#entries.size;
  }

  __iter__(): Iterator<unknown> {
    return this.keys().values();
  }

  __reversed__(): Iterator<unknown> {
    return this.keys().reverse().values();
  }

  __or__(other: unknown): unknown {
    return new ServerDict(this.copy(), undefined).with(other);
  }

  __ror__(other: unknown): unknown {
    return new ServerDict(other, undefined).with(this.copy());
  }

  /** Python's `|=`. */
  __ior__(other: unknown): unknown {
    this.update(other);
    return null;
  }

  with(other: unknown): unknown {
    this.update(other);
    return this.copy();
  }

  fromkeys(keys: unknown, value: unknown = null): unknown {
    return plain((keys as unknown[]).map((key) => [key, value] as const));
  }

  clear(): void {
    this.#entries.clear();
  }

  copy(): unknown {
    return plain([...this.#entries.values()]);
  }

  get(key: unknown, otherwise: unknown = null): unknown {
    const entry = this.#entries.get(keyOf(key));
    return entry === undefined ? otherwise : entry[1];
  }

  keys(): unknown[] {
    return [...this.#entries.values()].map(([key]) => key);
  }

  values(): unknown[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }

  items(): unknown[] {
    return [...this.#entries.values()].map((entry) => Object.freeze([...entry]));
  }

  pop(...args: [key: unknown, otherwise?: unknown]): unknown {
    const [key, otherwise] = args;
    if (args.length > 1 && !this.__contains__(key)) return otherwise;
    const value = this.__getitem__(key);
    this.__delitem__(key);
    return value;
  }

  popitem(): unknown {
    const last = [...this.#entries].at(-1);
    if (last === undefined) throw pythonError('KeyError', 'popitem(): dictionary is empty');
    this.#entries.delete(last[0]);
    return Object.freeze([...last[1]]);
  }

  setdefault(key: unknown, value: unknown = null): unknown {
    if (!this.__contains__(key)) this.__setitem__(key, value);
    return this.__getitem__(key);
  }

  update(other?: unknown, named?: unknown): void {
    for (const [key, value] of [...entriesOf(other), ...entriesOf(named)]) this.__setitem__(key, value);
  }

  __str__(): string {
    return String(this.copy());
  }

  '#GETVALUE'(): unknown {
    return this.copy();
  }
}

/** An object as long as all keys are strings, as everywhere. */
function plain(entries: readonly (readonly [unknown, unknown])[]): unknown {
  if (entries.every(([key]) => typeof key === 'string')) return Object.fromEntries(entries as [string, unknown][]);
  return new Map(entries);
}
