/** Makes the bare object of a node. */
import { PicklingError } from '../errors.js';
import type { PayloadNode, Slot } from './payload.js';

/** `value` is asked only for what must be there at once: the buffer of a view. */
export function makeObject(node: PayloadNode, value: (slot: Slot) => unknown): unknown {
  switch (node[0]) {
    case 'object':
      return {};
    case 'array':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'date':
      return new Date(node[1]);
    case 'regexp':
      return makeRegExp(node[1], node[2], node[3]);
    case 'error':
      return makeError(node[1]);
    case 'bytes':
      return makeBuffer(node[1], node[2]);
    case 'buffer':
      return Buffer.from(node[1].buffer, node[1].byteOffset, node[1].byteLength);
    case 'view':
      return makeView(node[1], value(node[2]) as ArrayBuffer, node[3], node[4]);
    case 'boxed':
      return Object(value(node[1]));
    case 'url':
      return new URL(node[1]);
    case 'query':
      return new URLSearchParams(node[1]);
    case 'exception':
      return withStack(new DOMException(node[1], node[2]), node[3]);
    case 'symbol':
      return Symbol(node[1]);
    case 'registered':
      return Symbol.for(node[1]);
    default:
      throw new PicklingError('ERR_PICKLE_PAYLOAD', `damaged payload: there is no kind of node '${node[0]}'`);
  }
}

function makeRegExp(source: string, flags: string, lastIndex: number): RegExp {
  const made = new RegExp(source, flags);
  made.lastIndex = lastIndex;
  return made;
}

function makeError(stack: string | undefined): Error {
  // Its own trace would be thrown away; taking one costs more than all the rest.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const made = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  Reflect.deleteProperty(made, 'message');
  return withStack(made, stack);
}

function withStack<E extends object>(error: E, stack: string | undefined): E {
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
  return error;
}

function makeBuffer(bytes: ArrayBuffer, maxByteLength: number | undefined): ArrayBuffer {
  if (maxByteLength === undefined) return bytes;
  const Resizable = ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
  const made = new Resizable(bytes.byteLength, { maxByteLength });
  new Uint8Array(made).set(new Uint8Array(bytes));
  return made;
}

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

function makeView(type: string, buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView {
  return new (Reflect.get(globalThis, type) as ViewClass)(buffer, offset, length);
}
