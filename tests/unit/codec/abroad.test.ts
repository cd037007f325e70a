/** Messages of other programs: whatever bytes come, they are plain data or a typed error. FUZZ=1000000 for a long run. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAbroad, encodeAbroad } from '#dist/codec/abroad.js';
import { encode } from '#dist/codec/encode.js';
import { Lock } from '#dist/sync/lock.js';
import { PicklingError } from '#dist/errors.js';
import { Random } from '../../support/random.js';

const rounds = Number(process.env['FUZZ'] ?? 20_000);

test('code and handles of a message are refused, not made', () => {
  for (const value of [() => 1, Lock, new Lock(), { lock: new Lock() }]) {
    const bytes = encode(value).slice();
    assert.throws(() => decodeAbroad(bytes), { name: 'PicklingError', code: 'ERR_PICKLE_CORRUPT' });
  }
});

test('any bytes: a value or a typed error, in memory and time of their own order', () => {
  const random = Random.printed();
  const sample = [
    { a: [1, -5, 1e9, 0.5], b: 'text €', c: new Map<unknown, unknown>([[1, new Set([2n])]]) },
    [{ x: 1, y: [] }, { x: 2, y: [null, undefined] }, 2n ** 90n],
    [new Date(5), /a+/gi, new Error('e', { cause: 1 }), new Uint8Array(40), new Float64Array(3), Object(1)],
  ].map((value) => encodeAbroad(value).slice());
  const before = process.memoryUsage().rss;
  for (let round = 0; round < rounds; round++) {
    const original = sample[random.below(sample.length)]!;
    const bytes = Uint8Array.from(original);
    for (let change = random.below(4); change >= 0; change--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      decodeAbroad(random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
    } catch (error) {
      assert.ok(error instanceof PicklingError, `${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
    }
  }
  assert.ok(process.memoryUsage().rss - before < 500e6);
});
