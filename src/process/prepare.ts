import { decode } from '../codec/decode.js';
import { decodeInert } from '../codec/functions.js';
import { readRecord, type BootRecord, type Luggage } from './record.js';

/** A child's record, and its target as far as it could be made before the child was there. */
export interface Prepared {
  readonly record: BootRecord;
  readonly target: Luggage['target'];
}

/** Functions that children of this server have been started with. */
const made = new Map<string, Luggage['target']>();
const KEPT = 64;

/**
 * In the fork server, before the fork: reads what a child will need, if that runs nothing of the user's. The server does it
 * with compiled code in its own memory; the child would do it with pages that it has to copy one by one.
 */
export function prepareChild(id: number): Prepared | undefined {
  try {
    const record = readRecord(id);
    return { record, target: record.target && targetOf(record.target) };
  } catch {
    return undefined; // the child meets the same error, and can say so
  }
}

function targetOf(message: Uint8Array): Luggage['target'] {
  const key = Buffer.from(message.buffer, message.byteOffset, message.length).toString('latin1');
  if (made.has(key)) return made.get(key);
  const target = decodeInert(message) as Luggage['target'];
  made.set(key, target);
  if (made.size > KEPT) made.delete(made.keys().next().value!);
  return target;
}

/** In the child: reads what is not prepared. */
export async function readTarget({ record, target }: Prepared): Promise<Luggage['target']> {
  return target ?? (record.target && ((await decode(record.target)) as Luggage['target']));
}
