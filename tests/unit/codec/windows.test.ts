import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { SharedArray } from '#dist/shared/array.js';

test('views of shared arrays bring their own bytes, and nothing else of the memory that they lie in', () => {
  const [one, other] = [new SharedArray('d', [1, 2, 3]), new SharedArray('d', [4, 5, 6])];
  const message = encode([one.subarray(1), other.subarray(1), one.subarray(0, 2)]);
  assert.ok(message.length < 500, `${message.length} bytes`);
  assert.deepEqual(decode(message), [new Float64Array([2, 3]), new Float64Array([5, 6]), new Float64Array([1, 2])]);
});
