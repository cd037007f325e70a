/** Objects of Node whose state is hidden, but known. */
import type { PayloadNode } from './payload.js';

const stdio = ['stdout', 'stderr', 'stdin'] as const;

export function capturePlatformObject(value: object): PayloadNode | undefined {
  if (value instanceof URL && Object.getPrototypeOf(value) === URL.prototype) return ['url', value.href];
  if (value instanceof URLSearchParams) return ['query', value.toString()];
  const exception = captureException(value);
  if (exception) return exception;
  // To ask for a standard stream opens it: only what says that it is one is compared.
  const isStdio = '_isStdio' in value || 'fd' in value;
  const stream = isStdio ? stdio.find((name) => process[name] === value) : undefined;
  return stream && ['intrinsic', 'process', stream];
}

/** A native error on some versions of Node, an ordinary object on others; on all with hidden state. */
export function captureException(value: object): PayloadNode | undefined {
  if (Object.prototype.toString.call(value) !== '[object DOMException]') return undefined;
  const { message, name, stack } = value as DOMException;
  return ['exception', message, name, stack];
}
