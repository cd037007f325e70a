/** Messages in which large buffers stay where the user has them, until the message is stored. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '#dist/codec/decode.js';
import { encode, encodeGathered } from '#dist/codec/encode.js';
import { Gathered } from '#dist/memory/gathered.js';
import { Random } from '../../support/random.js';
import { assertSame } from './same.js';

const LARGE = 16 * 1024;

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, place) => place * 31);
}

/** What stands between buffers: also what is aligned in the message. */
function filler(random: Random): unknown {
  const fillers = [
    'text',
    'long text '.repeat(50),
    [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 17.5],
    Array.from({ length: 100 }, (_, i) => i * 100_000),
    new Float64Array([1, 2, 3]),
    new Date(5),
    { a: 1, b: { c: [] } },
  ];
  return fillers[random.below(fillers.length)];
}

test('a gathered message has the same bytes as one that is written at once', () => {
  const random = new Random(1);
  for (let round = 0; round < 200; round++) {
    const buffers = Array.from({ length: 1 + random.below(3) }, () => bytesOf(LARGE - 4 + random.below(40)));
    const value = buffers.flatMap((bytes) => [filler(random), bytes, filler(random), bytes.subarray(random.below(9))]);
    if (random.below(2) === 0) value.push(buffers[0], buffers[0]!.buffer);
    encode(value); // the first of a shape is written in another way than those that follow
    const flat = encode(value).slice();
    const gathered = encodeGathered(value);
    assert.equal(gathered.length, flat.length);
    assert.ok(Buffer.from(flat).equals(gathered.slice()));
    assertSame(decode(gathered.slice()), value);
  }
});

test('a large buffer is not copied before the message is', () => {
  const bytes = bytesOf(LARGE);
  const message = encodeGathered({ bytes });
  assert.ok(message instanceof Gathered);
  bytes[0] = 99;
  assert.equal((decode(message.slice()) as { bytes: Uint8Array }).bytes[0], 99);
});

test('functions and instances may have large buffers as well', () => {
  class Picture {
    readonly pixels = bytesOf(3 * LARGE + 5);
  }
  const message = encodeGathered(new Picture());
  assert.ok(message instanceof Gathered);
  const { pixels } = decode(message.slice()) as Picture;
  assert.deepEqual(pixels, bytesOf(3 * LARGE + 5));
});

test('a getter that gives a buffer away after it was written fails the message', () => {
  const bytes = bytesOf(LARGE);
  const value = {
    bytes,
    get late() {
      structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
      return 1;
    },
  };
  const message = encodeGathered(value);
  assert.throws(() => message.slice(), { name: 'PicklingError', code: 'ERR_PICKLE_DETACHED' });
});
