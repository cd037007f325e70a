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
  /** The number. */
  readonly value: number;

  /** From a number. */
  constructor(value: number) {
    this.value = value;
  }

  /** The number, so that it can be used as one. */
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
  /** The number as Python writes it. */
  readonly text: string;

  /** From the text of a number, which is kept as it is. */
  constructor(text: string) {
    this.text = text;
  }

  /** The text. */
  toString(): string {
    return this.text;
  }

  /** The nearest number of JavaScript. */
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
  /** The real part. */
  readonly real: number;
  /** The imaginary part. */
  readonly imag: number;

  /** From its two parts. */
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
  /** The first number. */
  readonly start: number;
  /** Where it ends: this one is not in it. */
  readonly stop: number;
  /** From each number to the next one. */
  readonly step: number;

  /** From whole numbers; the step is 1 unless given. */
  constructor(start: number, stop: number, step = 1) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** The numbers, one by one. */
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
  /** The first place; null: from the beginning. */
  readonly start: number | null;
  /** Where it ends: this place is not in it; null: at the end. */
  readonly stop: number | null;
  /** From each place to the next one; null: 1. */
  readonly step: number | null;

  /** From places, as in Python's `list[start:stop:step]`. */
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
  /** Whole days, also below 0. */
  readonly days: number;
  /** Seconds of the last day, 0 to 86399. */
  readonly seconds: number;
  /** Microseconds of the last second, 0 to 999999. */
  readonly microseconds: number;

  /** From its parts, as Python keeps them. */
  constructor(days: number, seconds: number, microseconds = 0) {
    this.days = days;
    this.seconds = seconds;
    this.microseconds = microseconds;
  }

  /** All of it in milliseconds. */
  get milliseconds(): number {
    return this.days * 86_400_000 + this.seconds * 1000 + this.microseconds / 1000;
  }
}
