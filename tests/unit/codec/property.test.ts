import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, decodeSync } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { PicklingError } from '#dist/errors.js';
import { RandomValues } from './random.js';
import { assertSame } from './same.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const VALUES = 10_000;
const MUTATIONS = Number(process.env['FUZZ'] ?? 100_000);

test(`random values come back as they were (SEED=${seed})`, () => {
  const random = new RandomValues(seed);
  for (let i = 0; i < VALUES; i++) {
    const value = random.next();
    const bytes = encode(value).slice();
    const copy = decode(bytes);
    bytes.fill(0xff); // what was decoded owns its memory
    assertSame(copy, value);
  }
});

test(`bytes may stand anywhere in memory (SEED=${seed})`, () => {
  const random = new RandomValues(seed + 1);
  const memory = Buffer.from(new SharedArrayBuffer(1 << 20));
  for (let i = 0; i < 500; i++) {
    const value = random.next();
    const bytes = encode(value);
    const start = i % 9;
    memory.set(bytes, start);
    assertSame(decodeSync(memory.subarray(start, start + bytes.length)), value);
  }
});

test(`no mutation of a message does harm (SEED=${seed})`, () => {
  const random = new RandomValues(seed + 2);
  let refused = 0;
  let message = new Uint8Array();
  for (let i = 0; i < MUTATIONS; i++) {
    if (i % 50 === 0) {
      do message = encode(random.next()).slice();
      while (message.length > 4096);
      if (message[0] !== 1) continue;
    }
    const bytes = mutate(message, random);
    if (bytes[0] === 2) continue; // a graph is the business of another folder
    try {
      decodeSync(bytes);
    } catch (error) {
      // Handles of unknown types are refused by their registry, everything else by the codec.
      assert.ok(error instanceof PicklingError, `${String(error)}\n${Buffer.from(bytes).toString('hex')}`);
      refused++;
    }
  }
  assert.ok(refused > MUTATIONS / 20);
});

function mutate(message: Uint8Array, random: RandomValues): Uint8Array {
  const bytes = message.slice();
  for (let i = random.integer(3); i >= 0; i--) bytes[1 + random.integer(bytes.length - 1)] = random.integer(256);
  return random.integer(4) === 0 ? bytes.subarray(0, random.integer(bytes.length)) : bytes;
}
