/** Buffers and their views; the bytes are not copied here. */
import { inspect, types } from 'node:util';
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
  const shape = fullShape(pickler, value, standard, undefined, namedKeys(value));
  if (!types.isSharedArrayBuffer(buffer) && buffer.byteLength > byteLength * wastefulRatio) {
    const own = pickler.encode(buffer.slice(byteOffset, byteOffset + byteLength));
    return ['view', type, own, 0, length, ...tail(shape)];
  }
  return ['view', type, inside(pickler, '.buffer', buffer), byteOffset, length, ...tail(shape)];
}

/** The own keys of a view, without those of its elements. */
function namedKeys(view: ArrayBufferView): (string | symbol)[] {
  if (types.isTypedArray(view) && view.length > FEW && !hasNames(view)) return [];
  return Reflect.ownKeys(view).filter((key) => typeof key !== 'string' || !/^\d+$/.test(key));
}

/** So many keys are listed in no time. JavaScript has no way to list only some of them. */
const FEW = 64;

/** Whether an array has properties of its own: Node can show it without its elements, and then it looks unlike a bare one. */
function hasNames(array: NodeJS.TypedArray): boolean {
  const Bare = Reflect.get(globalThis, array[Symbol.toStringTag]) as Uint8ArrayConstructor;
  return shown(array) !== shown(new Bare(array.buffer, array.byteOffset, array.length));
}

/** Without the name of its class. */
function shown(array: object): string {
  const text = inspect(array, {
    showHidden: true,
    customInspect: false,
    depth: 0,
    maxArrayLength: 0,
    breakLength: Infinity,
  });
  return text.slice(text.indexOf('[ '));
}
