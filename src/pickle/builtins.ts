import { corrupt } from './bytes.js';
import { addType, addWriter, Named } from './table.js';
import { Complex, Decimal, Float, Range, Slice, TimeDelta } from './types.js';

/** The classes of Python's own that pickles name, and what they are here. */

const LATIN1 = /^(?:latin-?1|iso-?8859-?1)$/i;

function bytesOf(args: readonly unknown[]): Uint8Array {
  const [value, encoding] = args;
  if (value === undefined) return new Uint8Array();
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value === 'string' && LATIN1.test(String(encoding))) return new Uint8Array(Buffer.from(value, 'latin1'));
  throw corrupt('bytes are made of something else');
}

function items([value = []]: readonly unknown[]): readonly unknown[] {
  if (!Array.isArray(value)) throw corrupt('a collection is made of what is no list');
  return value;
}

function numbers(args: readonly unknown[], count: number): number[] {
  if (args.length > count || !args.every((arg) => typeof arg === 'number')) throw corrupt('a number is missing');
  return args as number[];
}

function both(name: string, type: Parameters<typeof addType>[1]): void {
  addType(`builtins.${name}`, type);
  addType(`__builtin__.${name}`, type); // as protocol 2 says it
}

function index(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  return numbers([value], 1)[0]!;
}

/** A time zone that is so far from UTC, always. */

class Zone {
  readonly offset: TimeDelta;

  constructor(offset: unknown) {
    if (!(offset instanceof TimeDelta)) throw corrupt('a time zone has no offset');
    this.offset = offset;
  }
}

const UTC = new Zone(new TimeDelta(0, 0));

const DATETIME_BYTES = 10;

// ---- arrays ----------------------------------------------------------------------------------------------------------

/** Machine formats of Python's `array` module, with the type codes to write them; all little-endian. */

const arrays = [
  { format: 1, code: 'b', type: Int8Array },
  { format: 2, code: 'H', type: Uint16Array },
  { format: 4, code: 'h', type: Int16Array },
  { format: 6, code: 'I', type: Uint32Array },
  { format: 8, code: 'i', type: Int32Array },
  { format: 10, code: 'Q', type: BigUint64Array },
  { format: 12, code: 'q', type: BigInt64Array },
  { format: 14, code: 'f', type: Float32Array },
  { format: 16, code: 'd', type: Float64Array },
] as const;

/** As a value it is only the class; with a type code and a list, as protocol 2 has it, an array. */
function arrayOf([code, elements]: readonly unknown[]): unknown {
  const type = code === 'B' ? Uint8Array : arrays.find((known) => known.code === (LONG.get(code) ?? code))?.type;
  if (!type || !Array.isArray(elements)) throw corrupt('an array is of no known type');
  const isBig = type === BigInt64Array || type === BigUint64Array;
  return Reflect.construct(type, [isBig ? elements.map(wholeOf) : elements.map(numberOf)]) as unknown;
}

/** C's `long` has eight bytes, where Python is not on Windows. */
const LONG = new Map<unknown, string>([
  ['l', 'q'],
  ['L', 'Q'],
]);

/** Python has one type for whole numbers: small ones have come as numbers. */
function wholeOf(element: unknown): bigint {
  if (typeof element === 'bigint') return element;
  if (!Number.isInteger(element)) throw corrupt('an array of whole numbers holds something else');
  return BigInt(element as number);
}

function numberOf(element: unknown): number {
  if (typeof element !== 'number') throw corrupt('an array of numbers holds something else');
  return element;
}

function bytesBehind({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

/** To be called once. */
export function addBuiltins(): void {
  /** Protocol 2 has no bytes: they travel as text of one-byte characters. */
  addType('_codecs.encode', {
    create: ([text, encoding]) => {
      if (typeof text !== 'string' || !LATIN1.test(String(encoding))) throw corrupt('bytes are written in another way');
      return new Uint8Array(Buffer.from(text, 'latin1'));
    },
  });
  both('bytearray', { create: bytesOf });
  both('bytes', { create: bytesOf });
  both('set', { create: (args) => new Set(items(args)) });
  both('frozenset', { create: (args) => Object.freeze(new Set(items(args))) });
  both('complex', { create: (args) => new Complex(...(numbers(args, 2) as [number, number])) });
  both('range', { create: (args) => new Range(...(numbers(args, 3) as [number, number, number])) });
  addType('__builtin__.xrange', { create: (args) => new Range(...(numbers(args, 3) as [number, number, number])) });
  both('slice', { create: ([start, stop, step]) => new Slice(index(start), index(stop), index(step)) });
  addWriter(Complex, ({ real, imag }) => ({ global: 'builtins.complex', args: [new Float(real), new Float(imag)] }));
  addWriter(Range, ({ start, stop, step }) => ({ global: 'builtins.range', args: [start, stop, step] }));
  addWriter(Slice, ({ start, stop, step }) => ({ global: 'builtins.slice', args: [start, stop, step] }));
  addType('decimal.Decimal', { create: ([text]) => new Decimal(String(text)) });
  addWriter(Decimal, ({ text }) => ({ global: 'decimal.Decimal', args: [text] }));
  addType('collections.OrderedDict', {
    create: (args) => new Map(items(args).map((entry) => entry as [unknown, unknown])),
  });
  addType('datetime.timedelta', {
    create: (args) => new TimeDelta(...(numbers(args, 3) as [number, number, number])),
  });
  addWriter(TimeDelta, ({ days, seconds, microseconds }) => ({
    global: 'datetime.timedelta',
    args: [days, seconds, microseconds],
  }));
  addType('datetime.timezone', { create: ([offset]) => new Zone(offset) });
  addWriter(Zone, ({ offset }) => ({ global: 'datetime.timezone', args: [offset] }));
  /** Year (2 bytes), month, day, hour, minute, second, microsecond (3 bytes). Without a zone it is local time. */
  addType('datetime.datetime', {
    create: ([packed, zone]) => {
      const bytes = packed instanceof Uint8Array ? Buffer.from(packed) : Buffer.from(String(packed), 'latin1');
      if (bytes.length !== DATETIME_BYTES) throw corrupt('a datetime has no ten bytes');
      const time = [bytes.readUInt16BE(0), (bytes[2]! & 0x7f) - 1, bytes[3]!, bytes[4]!, bytes[5]!, bytes[6]!] as const;
      const milliseconds = Math.floor(bytes.readUIntBE(7, 3) / 1000);
      if (!(zone instanceof Zone)) return new Date(...time, milliseconds);
      return new Date(Date.UTC(...time, milliseconds) - zone.offset.milliseconds);
    },
  });
  addWriter(Date, (date) => {
    const bytes = Buffer.alloc(DATETIME_BYTES);
    if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999)
      throw new RangeError(`a date that Python has not: ${String(date)}`);
    bytes.writeUInt16BE(date.getUTCFullYear(), 0);
    bytes.set(
      [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()],
      2,
    );
    bytes.writeUIntBE(date.getUTCMilliseconds() * 1000, 7, 3);
    return { global: 'datetime.datetime', args: [new Uint8Array(bytes), UTC] };
  });
  addType('array.array', { create: arrayOf });
  for (const { format, code, type } of arrays)
    addWriter<ArrayBufferView>(type, (array) => ({
      global: 'array._array_reconstructor',
      args: [new Named('array.array'), code, format, bytesBehind(array)],
    }));
  addType('array._array_reconstructor', {
    create: ([, , format, bytes]) => {
      if (format === 0 && bytes instanceof Uint8Array) return bytes.slice();
      const found = arrays.find((known) => known.format === format);
      if (!found || !(bytes instanceof Uint8Array) || bytes.length % found.type.BYTES_PER_ELEMENT !== 0)
        throw corrupt('an array is of no known format');
      return new found.type(bytes.slice().buffer);
    },
  });
}
