const SMALLEST = 16;

/** First in, first out: a ring of slots that doubles when it is full, and halves when three quarters of it are empty. */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(SMALLEST).fill(undefined);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#resize(this.#length * 2);
    this.#slots[(this.#first + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  shift(): T {
    const item = this.#slots[this.#first] as T;
    this.#slots[this.#first] = undefined; // nothing of it stays here
    this.#first = (this.#first + 1) & (this.#slots.length - 1);
    this.#length--;
    if (this.#length * 4 < this.#slots.length && this.#slots.length > SMALLEST) this.#resize(this.#slots.length / 2);
    return item;
  }

  #resize(capacity: number): void {
    const items = [...this.#slots.slice(this.#first), ...this.#slots.slice(0, this.#first)].slice(0, this.#length);
    this.#slots = items.concat(new Array<undefined>(capacity - items.length).fill(undefined));
    this.#first = 0;
  }
}
