/** What Python has and JavaScript has not. */

/**
 * A number that is a float in Python although it is whole: `new Float(2)` arrives as `2.0`, where `2` would be an int.
 *
 * @example
 * await proxy.set('x', new Float(2)); // 2.0; the number 2 is Python's int
 *
 * @see https://docs.python.org/3/library/functions.html#float
 */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}

/**
 * Python's `decimal.Decimal`, as its text: `new Decimal('0.10')`.
 *
 * @example
 * await proxy.set('price', new Decimal('19.90'));
 *
 * @see https://docs.python.org/3/library/decimal.html#decimal.Decimal
 */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number(this.text);
  }
}

/**
 * Python's `complex`.
 *
 * @example
 * await proxy.set('z', new Complex(1, -1)); // 1-1j
 *
 * @see https://docs.python.org/3/library/functions.html#complex
 */
export class Complex {
  readonly real: number;
  readonly imag: number;

  constructor(real: number, imag: number) {
    this.real = real;
    this.imag = imag;
  }
}

/**
 * Python's `range`: the whole numbers from `start` on, without `stop`.
 *
 * @example
 * await proxy.set('r', new Range(0, 10, 2));
 *
 * @see https://docs.python.org/3/library/functions.html#func-range
 */
export class Range implements Iterable<number> {
  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step = 1) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let n = this.start; this.step > 0 ? n < this.stop : n > this.stop; n += this.step) yield n;
  }
}

/**
 * Python's `slice`, as in `list[1:3]`.
 *
 * @example
 * await list.callMethod('__getitem__', [new Slice(0, 3)]); // list[0:3]
 *
 * @see https://docs.python.org/3/library/functions.html#slice
 */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  constructor(start: number | null, stop: number | null, step: number | null = null) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Python's `datetime.timedelta`.
 *
 * @example
 * await proxy.set('wait', new TimeDelta(1, 30)); // a day and thirty seconds
 *
 * @see https://docs.python.org/3/library/datetime.html#datetime.timedelta
 */
export class TimeDelta {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;

  constructor(days: number, seconds: number, microseconds = 0) {
    this.days = days;
    this.seconds = seconds;
    this.microseconds = microseconds;
  }

  get milliseconds(): number {
    return this.days * 86_400_000 + this.seconds * 1000 + this.microseconds / 1000;
  }
}
