import { corrupt } from './bytes.js';

/** What a pickle has put aside to use again. Not an array: a pickle may number it as it likes. */
export class Memo {
  readonly #values = new Map<number, unknown>();
  readonly #places = new Map<unknown, number>();
  readonly #used = new Set<unknown>();

  get size(): number {
    return this.#values.size;
  }

  set(place: number, value: unknown): void {
    this.#values.set(place, value);
    if (typeof value === 'object') this.#places.set(value, place);
  }

  get(place: number): unknown {
    const value = this.#values.get(place);
    if (value === undefined) throw corrupt('it uses again what it has not put aside');
    if (typeof value === 'object') this.#used.add(value);
    return value;
  }

  /** Puts another value in the place of one; fails if that has been used already. */
  replace(value: unknown, by: unknown): boolean {
    if (this.#used.has(value)) return false;
    const place = this.#places.get(value);
    if (place !== undefined) this.set(place, by);
    return true;
  }
}
