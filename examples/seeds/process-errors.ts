// Seeds: S002-38, S002-39
// ProcessError is the base of the errors of processes and connections.

import { AuthenticationError, BufferTooShort, Pipe, ProcessError, TimeoutError } from 'manyfold';

for (const type of [BufferTooShort, AuthenticationError, TimeoutError]) {
  console.log(type.name, Object.prototype.isPrototypeOf.call(ProcessError, type));
}
const [a, b] = Pipe();
await a.sendBytes(Buffer.from('hello'));
try {
  await b.recvBytesInto(new Uint8Array(2));
} catch (error) {
  if (error instanceof BufferTooShort) console.log(Buffer.from(error.bytes).toString());
}
