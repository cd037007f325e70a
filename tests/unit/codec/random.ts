/** Random plain values, the same for the same seed: all types of the codec, shared objects and cycles among them. */
export class RandomValues {
  #state: number;
  #made: object[] = [];

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): unknown {
    this.#made = [];
    return this.#value(4);
  }

  /** From 0 up to, not including, `end`. */
  integer(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)] as T;
  }

  #value(depth: number): unknown {
    if (depth === 0 || this.integer(3) === 0) return this.#primitive();
    if (this.#made.length > 0 && this.integer(6) === 0) return this.#pick(this.#made);
    return this.#pick(this.#objects)(depth - 1);
  }

  #primitive(): unknown {
    return this.#pick<() => unknown>([
      () =>
        this.#pick([
          undefined,
          null,
          true,
          false,
          0,
          -0,
          NaN,
          Infinity,
          -Infinity,
          2 ** 31,
          -(2 ** 31),
          2 ** 53,
          5e-324,
        ]),
      () => this.integer(300) - 150,
      () => this.integer(2 ** 32) - 2 ** 31,
      () => this.integer(2 ** 32) / 7,
      () => this.#string(),
      () => BigInt(this.integer(2 ** 32)) ** BigInt(this.integer(8)) * (this.integer(2) === 0 ? 1n : -1n),
      () => this.#pick([0n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n]),
    ])();
  }

  #string(): string {
    const length = this.#pick([0, 1, 5, 23, 24, 25, 31, 32, 33, 100, 300]);
    const range = this.#pick([26, 256, 0x10000]);
    const first = range === 26 ? 97 : 0;
    return Array.from({ length }, () => String.fromCharCode(first + this.integer(range))).join('');
  }

  #keep<T extends object>(object: T): T {
    this.#made.push(object);
    return object;
  }

  readonly #objects: ((depth: number) => object)[] = [
    (depth) => this.#fill(this.#keep({}), depth),
    (depth) => this.#fill(this.#keep({}), depth),
    (depth) => this.#fill(this.#keep(Object.create(null) as object), depth),
    (depth) => this.#array(depth),
    (depth) => this.#array(depth),
    () => this.#numbers(),
    (depth) => this.#records(depth),
    (depth) => {
      const map = this.#keep(new Map<unknown, unknown>());
      for (let i = this.integer(4); i > 0; i--) map.set(this.#value(depth), this.#value(depth));
      return map;
    },
    (depth) => {
      const set = this.#keep(new Set<unknown>());
      for (let i = this.integer(4); i > 0; i--) set.add(this.#value(depth));
      return set;
    },
    () => this.#keep(new Date(this.#pick([NaN, 0, -1, this.integer(2 ** 40), 8.64e15]))),
    () =>
      Object.assign(this.#keep(new RegExp(this.#pick(['a+', '[\\d/]', '', '€']), this.#pick(['', 'gi', 'dsuy']))), {
        lastIndex: this.integer(5),
      }),
    () => this.#keep(Object(this.#pick([1, -0, 'text', '', true, 5n])) as object),
    () => this.#view(),
    () => this.#keep(new ArrayBuffer(this.integer(20))),
    (depth) => this.#error(depth),
  ];

  #fill(object: object, depth: number): object {
    const keys = [
      'a',
      'b',
      'key',
      '__proto__',
      'constructor',
      '7',
      '',
      'ключ',
      'x'.repeat(70),
      'toString',
      this.#string(),
    ];
    for (let i = this.#pick([0, 1, 2, 3, 30, 80]); i > 0; i--) {
      const key = i > 5 ? `k${i}` : this.#pick(keys);
      Object.defineProperty(object, key, {
        value: this.#value(depth - (i > 5 ? depth : 0)),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return object;
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = this.#keep([]);
    const length = this.#pick([0, 1, 2, 3, 8, 15, 16, 33, 70]);
    for (let i = 0; i < length; i++) {
      if (this.integer(8) === 0) array.length = i + 1;
      else array[i] = i > 5 ? this.#primitive() : this.#value(depth);
    }
    return array;
  }

  #numbers(): unknown[] {
    const length = this.#pick([7, 8, 9, 32, 33, 100]);
    const array = Array.from({ length }, () => this.integer(1000) - 500) as unknown[];
    if (this.integer(2) === 0) array[this.integer(length)] = this.#primitive();
    return this.#keep(array);
  }

  #records(depth: number): unknown[] {
    const array: unknown[] = this.#keep([]);
    for (let i = this.integer(20); i > 0; i--)
      array.push(this.#keep({ i, name: this.#string(), child: i === 1 ? this.#value(depth) : null }));
    return array;
  }

  #view(): object {
    const buffers = this.#made.filter((object) => object instanceof ArrayBuffer);
    const shared = buffers.length > 0 && this.integer(2) === 0;
    const buffer = shared
      ? this.#pick(buffers)
      : this.#keep(Uint8Array.from({ length: this.integer(10) * 8 }, () => this.integer(256)).buffer);
    const type = this.#pick([
      Uint8Array,
      Int8Array,
      Uint8ClampedArray,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    ]);
    const size = type.BYTES_PER_ELEMENT;
    const room = Math.floor(buffer.byteLength / size);
    const start = this.integer(room + 1);
    const length = this.integer(room - start + 1);
    if (this.integer(8) === 0) return this.#keep(new DataView(buffer, start * size, length * size));
    if (this.integer(8) === 0) return this.#keep(Buffer.from(buffer, start * size, length * size));
    return this.#keep(new type(buffer, start * size, length));
  }

  #error(depth: number): Error {
    const type = this.#pick([Error, TypeError, RangeError, SyntaxError]);
    const error = this.#keep(new type(this.#string()));
    if (this.integer(2) === 0)
      Object.defineProperty(error, 'cause', { value: this.#value(depth), writable: true, configurable: true });
    if (this.integer(2) === 0) Object.assign(error, { code: 'E_TEST', extra: this.#value(depth) });
    if (this.integer(4) === 0) delete error.stack;
    return error;
  }
}
