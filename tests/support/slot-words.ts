import { slotBase, STATE } from '#dist/memory/slots.js';

const STRIDE = slotBase(1) - slotBase(0);

/** Whether the word of shared memory with this index is the state of a slot. */
export function isState(index: number): boolean {
  return index >= slotBase(0) && index % STRIDE === (slotBase(0) + STATE) % STRIDE;
}
