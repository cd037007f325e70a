import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSync } from '#dist/codec/decode.js';
import { encode } from '#dist/codec/encode.js';
import { PicklingError } from '#dist/errors.js';

function refused(bytes: Uint8Array): void {
  assert.throws(
    () => decodeSync(bytes),
    (error) => error instanceof PicklingError && error.code === 'ERR_PICKLE_CORRUPT',
    Buffer.from(bytes).toString('hex'),
  );
}

test('every beginning of a message is refused, and every message with an end too many', () => {
  const value = [
    1,
    1000,
    1e6,
    0.5,
    5n,
    2n ** 80n,
    'ab',
    'x'.repeat(50),
    '€',
    { k: [1] },
    new Map([[1, new Date()]]),
    /a/g,
    new Uint16Array(5),
    new Error('e'),
  ];
  const bytes = encode(value).slice();
  for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
  refused(Uint8Array.of(...bytes, 0));
});

test('counts that promise more than there is', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  for (let tag = 0x84; tag < 0x100; tag++) refused(Uint8Array.of(1, tag, ...huge));
  refused(Uint8Array.of(1, 0x91, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x93, 0)); // an array longer than arrays can be
  refused(Uint8Array.of(1, 0x8a, ...new Array<number>(20).fill(0xff)));
});

test('nothing but brackets', () => {
  refused(new Uint8Array(1_000_000).fill(0x71).fill(1, 0, 1));
});

test('a small message cannot claim much memory', () => {
  // Arrays that begin inside of each other, each claiming the whole rest.
  const nested = Buffer.concat([
    Buffer.from([1]),
    Buffer.alloc(4 * 990, Buffer.from([0x91, 0xff, 0xff, 0x3f])),
    Buffer.alloc(2_000_000),
  ]);
  const before = process.memoryUsage().rss;
  refused(nested);
  // Sparse arrays, each of nothing but a length.
  const count = 50_000;
  const sparse = Buffer.concat([
    Buffer.from([1, 0x91, 0xd0, 0x86, 0x03]),
    Buffer.alloc(count * 5, Buffer.from([0x91, 0x80, 0x08, 0x93, 0x00])),
  ]);
  assert.equal((decodeSync(sparse) as unknown[]).length, count);
  assert.ok(process.memoryUsage().rss - before < 200e6, 'too much memory');
});

test('a view that grows with a buffer that does not', () => {
  refused(Uint8Array.of(1, 0x9d, 0x0b, 0, 0, 0x9b, 1, 0, 0x46)); // of numbers of eight bytes, over one byte
});

test('references to nothing, to themselves, and to what is still being made', () => {
  refused(Uint8Array.of(1, 0x8c, 0)); // no object yet
  refused(Uint8Array.of(1, 0x9a, 0x8c, 0)); // a box of itself
  refused(Uint8Array.of(1, 0x60)); // no shape yet
  refused(Uint8Array.of(1, 0x9d, 2, 0, 1, 0x8c, 0)); // a view of itself
});
