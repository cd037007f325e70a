/**
 * The wire. A message is one byte saying how to read the rest, then one value:
 *
 *   01 value      plain data
 *   02 value      a payload of the closure graph: functions, classes, instances; `src/closure` rebuilds it
 *
 * A value is a tag and what follows it. `n` and other counts are unsigned, seven bits a byte, low bits first.
 *
 *   00..3f                              the integers 0 to 63
 *   40..5f  byte*                       string of 0 to 31 one-byte characters
 *   60..6f  value*                      object of this message's shape 0 to 15: the values in the order of its keys
 *   70..7f  value*                      array of 0 to 15 elements
 *   80 undefined   81 null   82 false   83 true
 *   84 int8   85 int16   86 int32       integers
 *   87 float64                          any other number, -0 and NaN too
 *   88 int64                            bigint of 64 bits
 *   89 sign n byte*                     any other bigint: sign 0 or 1, hexadecimal digits
 *   8a n byte*                          string of n one-byte characters (latin1)
 *   8b n unit*                          string of n two-byte characters (UTF-16, lone surrogates kept)
 *   8c n                                the n-th object of this message once more
 *   8d hash32 n byte{n} value*          object of a new shape: the bytes are a count and that many strings, its keys
 *   8e n value*                         object of shape n
 *   8f n (string value){n}              object with keys not worth a shape: too many, too long, or never seen before
 *   90 n (string value){n}              object without a prototype
 *   91 n value{n}                       array; an element may be a hole (92), and the last may be a sparse rest (93)
 *   92                                  hole
 *   93 n (index value){n}               what a mostly empty array has from here on
 *   94 n pad4 int32{n}                  array of integers
 *   95 n pad8 float64{n}                array of numbers
 *   96 n (value value){n}   97 n value{n}   Map, Set
 *   98 float64                          Date
 *   99 string string value              RegExp: source, flags, lastIndex
 *   9a value                            boxed primitive
 *   9b n pad8 byte{n}                   ArrayBuffer
 *   9c max n pad8 byte{n}               resizable ArrayBuffer
 *   9d kind offset length buffer        view: its class, its place in the buffer (a value: 9b, 9c or 8c); length is one
 *                                       more than the number of elements, 0 for a view that grows with its buffer
 *   9e class n (string flag value){n}   Error: its own properties, flag 1 if enumerable
 *   9f string value                     handle: the name of its type and its state
 *
 * Objects are numbered in the order in which they begin, 8d to 91 and 94 to 9f, an ArrayBuffer inside a view included.
 * `pad` brings the next byte to a multiple of 4 or 8 from the start of the message, so that elements can be used in place.
 * Numbers are little-endian, the byte order of all machines that are supported.
 */

export const PLAIN = 0x01;
export const GRAPH = 0x02;

export const SMALL_INT_END = 0x40;
export const SHORT_STRING = 0x40;
export const SHORT_STRING_END = 0x60;
export const SHORT_SHAPE = 0x60;
export const SHORT_SHAPE_END = 0x70;
export const SHORT_ARRAY = 0x70;
export const SHORT_ARRAY_END = 0x80;
export const UNDEFINED = 0x80;
export const NULL = 0x81;
export const FALSE = 0x82;
export const TRUE = 0x83;
export const INT8 = 0x84;
export const INT16 = 0x85;
export const INT32 = 0x86;
export const FLOAT64 = 0x87;
export const INT64 = 0x88;
export const BIGINT = 0x89;
export const LATIN1 = 0x8a;
export const UTF16 = 0x8b;
export const REFERENCE = 0x8c;
export const NEW_SHAPE = 0x8d;
export const SHAPE = 0x8e;
export const DICTIONARY = 0x8f;
export const BARE_DICTIONARY = 0x90;
export const ARRAY = 0x91;
export const HOLE = 0x92;
export const SPARSE_REST = 0x93;
export const INTEGERS = 0x94;
export const NUMBERS = 0x95;
export const MAP = 0x96;
export const SET = 0x97;
export const DATE = 0x98;
export const REGEXP = 0x99;
export const BOXED = 0x9a;
export const BUFFER = 0x9b;
export const RESIZABLE_BUFFER = 0x9c;
export const VIEW = 0x9d;
export const ERROR = 0x9e;
export const HANDLE = 0x9f;

/** Python's limit too, and less than half of what the usual stack allows. Deeper values are left to the closure graph. */
export const MAX_DEPTH = 1000;

/** With `copy: false`, buffers larger than this stay where they are. */
export const LEND_ABOVE = 64 * 1024;

/** Shapes are for records. What has more keys, or longer ones, is a dictionary and not worth remembering. */
export const MAX_SHAPE_KEYS = 64;
export const MAX_SHAPE_KEY_LENGTH = 64;

const { Float16Array: float16Array } = globalThis as { Float16Array?: ViewClass };

/** The classes of views by their number on the wire, and the bytes of an element. Append only. */
export const viewClasses: readonly { type: ViewClass; size: number }[] = [
  { type: DataView, size: 1 },
  { type: Buffer, size: 1 },
  { type: Uint8Array, size: 1 },
  { type: Int8Array, size: 1 },
  { type: Uint8ClampedArray, size: 1 },
  { type: Uint16Array, size: 2 },
  { type: Int16Array, size: 2 },
  { type: Uint32Array, size: 4 },
  { type: Int32Array, size: 4 },
  { type: Float32Array, size: 4 },
  { type: Float64Array, size: 8 },
  { type: BigUint64Array, size: 8 },
  { type: BigInt64Array, size: 8 },
  // Node 24 and later
  ...(float16Array === undefined ? [] : [{ type: float16Array, size: 2 }]),
];

/** The classes of errors by their number on the wire. Append only. */
export const errorClasses: readonly ErrorConstructor[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError as unknown as ErrorConstructor,
];

export type ViewClass = {
  readonly prototype: object;
  new (buffer: ArrayBufferLike, offset: number, length?: number): ArrayBufferView;
};
