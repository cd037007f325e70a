// The task of a pool that can hand memory over: changes a byte of it, and hands it back.

import { move } from 'piscina';

export default (memory: ArrayBuffer): unknown => {
  new Uint8Array(memory)[0]! += 1;
  return move(memory);
};
