/** Frames, however they are cut, and whatever is wrong with them. A million inputs with FUZZ=1000000. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManyfoldError } from '#dist/errors.js';
import { frameHeader, Frames } from '#dist/network/frames.js';
import { Random } from '../../support/random.js';

const rounds = Number(process.env['FUZZ'] ?? 20_000);

function frame(body: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(body.length), body]);
}

test('headers are those of CPython', () => {
  assert.equal(Buffer.from(frameHeader(0)).toString('hex'), '00000000');
  assert.equal(Buffer.from(frameHeader(16_385)).toString('hex'), '00004001');
  assert.equal(Buffer.from(frameHeader(0x7fff_ffff)).toString('hex'), '7fffffff');
  assert.equal(Buffer.from(frameHeader(0x8000_0000)).toString('hex'), 'ffffffff0000000080000000');
});

test('the long form is taken for a short message too', () => {
  const frames = new Frames();
  frames.push(Buffer.from('ffffffff0000000000000003616263', 'hex'));
  assert.equal(Buffer.from(frames.take()!).toString(), 'abc');
  assert.equal(frames.isReady, false);
});

test('messages arrive whole, whatever pieces their bytes come in', () => {
  const random = Random.printed();
  for (let round = 0; round < rounds / 100; round++) {
    const messages = Array.from({ length: random.below(8) }, () => Buffer.alloc(random.below(300), random.below(256)));
    const stream = Buffer.concat(messages.map((message) => frame(message)));
    const frames = new Frames();
    const received: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const end = Math.min(stream.length, at + 1 + random.below(50));
      frames.push(Uint8Array.from(stream.subarray(at, end)));
      at = end;
      for (let message = frames.take(); message; message = frames.take()) received.push(message);
    }
    assert.deepEqual(
      received.map((it) => Buffer.from(it)),
      messages,
    );
    frames.end();
    assert.throws(() => frames.take(), { code: 'ERR_EOF' });
  }
});

for (const [title, header] of [
  ['of -2 bytes', 'fffffffe'],
  ['of the least length', '80000000'],
  ['of 8 EB', 'ffffffff8000000000000000'],
  ['of all ones', 'ffffffffffffffffffffffff'],
] as const) {
  test(`a message ${title} is refused, and nothing is taken after it`, () => {
    const frames = new Frames();
    frames.push(Buffer.from(header, 'hex'));
    assert.throws(() => frames.take(), { name: 'OSError', code: 'ERR_MESSAGE_LENGTH' });
    frames.push(frame(Buffer.from('next')));
    assert.throws(() => frames.take(), { code: 'ERR_MESSAGE_LENGTH' });
    assert.equal(frames.isReady, true);
  });
}

test('an end inside of a header or of a body is no end of file', () => {
  const whole = frame(Buffer.from('message'));
  for (let length = 1; length < whole.length; length++) {
    const frames = new Frames();
    frames.push(whole.subarray(0, length));
    frames.end();
    assert.throws(() => frames.take(), { name: 'OSError', code: 'ERR_PARTIAL_MESSAGE' });
  }
});

test('a claimed length costs no memory before its bytes come', () => {
  const before = process.memoryUsage();
  const many = Array.from({ length: 200 }, () => {
    const frames = new Frames();
    frames.push(Buffer.from('ffffffff00000000ffffffff', 'hex')); // 4 GB - 1
    frames.push(Buffer.alloc(100));
    assert.equal(frames.take(), undefined);
    return frames;
  });
  assert.ok(process.memoryUsage().arrayBuffers - before.arrayBuffers < 50e6);
  assert.equal(many.length, 200);
});

test('the limit counts for a message that has begun to come before', () => {
  const frames = new Frames();
  frames.push(frame(Buffer.from('message')).subarray(0, 6));
  assert.equal(frames.take(), undefined);
  assert.throws(() => frames.take(6), { code: 'ERR_MESSAGE_LENGTH' });
});

test('any bytes at all: messages or a typed error, and never more bytes than came', () => {
  const random = Random.printed();
  for (let round = 0; round < rounds; round++) {
    const frames = new Frames();
    let came = 0;
    let taken = 0;
    try {
      for (let piece = random.below(5); piece >= 0; piece--) {
        const bytes = Uint8Array.from({ length: random.below(40) }, () =>
          random.below(3) === 0 ? random.below(256) : 0,
        );
        frames.push(bytes);
        came += bytes.length;
        for (let message = frames.take(); message; message = frames.take()) taken += 4 + message.length;
        assert.ok(taken <= came);
      }
      frames.end();
      for (;;) frames.take(random.below(10));
    } catch (error) {
      assert.ok(error instanceof ManyfoldError, String(error));
    }
  }
});
