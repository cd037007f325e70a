/** Up to here a walk over a short list is faster than hashing the objects. */
const WALK = 8;

/** The objects of one message in the order in which they began: the second mention of one is its number. */
export class Identity {
  readonly #first: (object | undefined)[] = new Array<object | undefined>(WALK).fill(undefined);
  #rest: Map<object, number> | undefined;
  #count = 0;

  /** Forgets all: a message that has been sent must not keep its objects alive. */
  clear(): void {
    for (let i = Math.min(this.#count, WALK); i > 0; i--) this.#first[i - 1] = undefined;
    this.#rest = undefined;
    this.#count = 0;
  }

  /** The number of an object mentioned before; otherwise -1, and it is numbered now. */
  mention(object: object): number {
    const known = this.find(object);
    if (known < 0) this.add(object);
    return known;
  }

  find(object: object): number {
    const count = this.#count;
    const first = this.#first;
    for (let i = 0; i < count && i < WALK; i++) if (first[i] === object) return i;
    return this.#rest?.get(object) ?? -1;
  }

  add(object: object): void {
    const number = this.#count++;
    if (number < WALK) this.#first[number] = object;
    else (this.#rest ??= new Map()).set(object, number);
  }
}
