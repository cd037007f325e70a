import { expected, ValueError } from '../errors.js';

/** The C types that CPython's type codes name, as typed arrays over shared memory. `c` is a byte, `u` a 32-bit character code. */
const arrays = {
  b: Int8Array,
  B: Uint8Array,
  c: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  u: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
} as const;

/** c u b B h H i I f d hold numbers; l L q Q have 64 bits and hold bigints. */
export type TypeCode = keyof typeof arrays;

export type ElementsOf<Code extends TypeCode> = InstanceType<(typeof arrays)[Code]>;

/** number, or bigint for the types of 64 bits. */
export type ElementOf<Code extends TypeCode> = ElementsOf<Code>[number];

export function checkTypeCode(code: unknown): TypeCode {
  if (typeof code === 'string' && Object.hasOwn(arrays, code)) return code as TypeCode;
  throw new ValueError('ERR_TYPE_CODE', `type code: ${expected(`one of ${Object.keys(arrays).join(' ')}`, code)}`);
}

export function bytesPerElement(code: TypeCode): number {
  return arrays[code].BYTES_PER_ELEMENT;
}

export function elementsOver<Code extends TypeCode>(code: Code, bytes: Uint8Array, length: number): ElementsOf<Code> {
  return new arrays[code](bytes.buffer as ArrayBuffer, bytes.byteOffset, length) as ElementsOf<Code>;
}
