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

type ArrayType<Code extends TypeCode> = new (
  buffer: ArrayBufferLike,
  offset?: number,
  length?: number,
) => ElementsOf<Code>;

export const typeCodes = Object.keys(arrays) as readonly TypeCode[];

export function isTypeCode(code: unknown): code is TypeCode {
  return typeof code === 'string' && Object.hasOwn(arrays, code);
}

export function refuseType(type: unknown, also = ''): never {
  throw new ValueError('ERR_TYPE_CODE', `type code: ${expected(`one of ${typeCodes.join(' ')}${also}`, type)}`);
}

export function bytesPerElement(code: TypeCode): number {
  return arrays[code].BYTES_PER_ELEMENT;
}

export function arrayType<Code extends TypeCode>(code: Code): ArrayType<Code> {
  return arrays[code] as unknown as ArrayType<Code>;
}

interface Access {
  read(view: DataView, at: number): number | bigint;
  write(view: DataView, at: number, value: never): void;
}

const int8: Access = { read: (view, at) => view.getInt8(at), write: (view, at, value) => view.setInt8(at, value) };
const uint8: Access = { read: (view, at) => view.getUint8(at), write: (view, at, value) => view.setUint8(at, value) };
const uint32: Access = {
  read: (view, at) => view.getUint32(at, true),
  write: (view, at, value) => view.setUint32(at, value, true),
};
const int64: Access = {
  read: (view, at) => view.getBigInt64(at, true),
  write: (view, at, value) => view.setBigInt64(at, value, true),
};
const uint64: Access = {
  read: (view, at) => view.getBigUint64(at, true),
  write: (view, at, value) => view.setBigUint64(at, value, true),
};

/** How to get at one element anywhere. Little-endian, as typed arrays are on every machine that is supported. */
export const views: Readonly<Record<TypeCode, Access>> = {
  b: int8,
  B: uint8,
  c: uint8,
  h: { read: (view, at) => view.getInt16(at, true), write: (view, at, value) => view.setInt16(at, value, true) },
  H: { read: (view, at) => view.getUint16(at, true), write: (view, at, value) => view.setUint16(at, value, true) },
  i: { read: (view, at) => view.getInt32(at, true), write: (view, at, value) => view.setInt32(at, value, true) },
  I: uint32,
  u: uint32,
  l: int64,
  L: uint64,
  q: int64,
  Q: uint64,
  f: { read: (view, at) => view.getFloat32(at, true), write: (view, at, value) => view.setFloat32(at, value, true) },
  d: { read: (view, at) => view.getFloat64(at, true), write: (view, at, value) => view.setFloat64(at, value, true) },
};
