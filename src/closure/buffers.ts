/** Buffers and their views; the bytes are not copied here. */
import { types } from 'node:util';
import type { PayloadNode } from './payload.js';
import type { Pickler } from './pickler.js';
import { fullShape, inside, tail } from './shape.js';

export function captureBytes(pickler: Pickler, value: ArrayBuffer): PayloadNode {
  pickler.bytes += value.byteLength;
  const { resizable, maxByteLength } = value as { resizable?: boolean; maxByteLength?: number };
  return resizable && maxByteLength !== undefined ? ['bytes', value.slice(0), maxByteLength] : ['bytes', value];
}

/** A small view of a large buffer takes only its part, unless it is a view among others (`subarray` of one's own). */
const wastefulRatio = 4;

export function captureView(pickler: Pickler, value: ArrayBufferView): PayloadNode {
  if (Buffer.isBuffer(value)) {
    pickler.bytes += value.byteLength;
    return ['buffer', new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  }
  const { buffer, byteOffset, byteLength } = value;
  const type = types.isDataView(value) ? 'DataView' : (Reflect.get(value, Symbol.toStringTag) as string);
  const length = type === 'DataView' ? byteLength : (value as Uint8Array).length;
  const standard = (Reflect.get(globalThis, type) as { prototype: object }).prototype;
  const shape = fullShape(pickler, value, standard, (key) => typeof key === 'string' && /^\d+$/.test(key));
  if (!types.isSharedArrayBuffer(buffer) && buffer.byteLength > byteLength * wastefulRatio) {
    const own = pickler.encode(buffer.slice(byteOffset, byteOffset + byteLength));
    return ['view', type, own, 0, length, ...tail(shape)];
  }
  return ['view', type, inside(pickler, '.buffer', buffer), byteOffset, length, ...tail(shape)];
}
