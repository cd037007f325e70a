/** The handshake against bytes recorded from CPython 3.11 (the old one) and 3.12 (the new one). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, deliver, greet, introduce, respond, verify, type Steps } from '#dist/network/handshake.js';

const key = Buffer.from('secret');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const counting = (from: number, count: number) => Buffer.from(Array.from({ length: count }, (_, n) => from + n));

const oldServer = counting(0x10, 20);
const oldClient = counting(0xa0, 20);
const newServer = Buffer.concat([Buffer.from('{sha256}'), counting(0x10, 40)]);
const newClient = Buffer.concat([Buffer.from('{sha256}'), counting(0xa0, 40)]);

const recorded: [title: string, challenge: Buffer, answer: string][] = [
  ['old to old, server', oldServer, '6611e6d629d5f279577c3671fbd86eb6'],
  ['old to old, client', oldClient, 'dc3e42dc140bd7c2f1e56ccdb69dfd3e'],
  [
    'new to new, server',
    newServer,
    '7b7368613235367d ae3529de5bc0f0cad5816aaa1eb26180530fc48c16ed6eefd64b02eb24734458',
  ],
  [
    'new to new, client',
    newClient,
    '7b7368613235367d 39318a1817d5b41c7081f462af64eaad3bc78fce36c7a9f3a83c3cc26a34bb18',
  ],
];

for (const [title, challenge, expected] of recorded) {
  test(`connection-035 an answer is that of CPython, byte for byte: ${title}`, () => {
    assert.deepEqual(Buffer.from(respond(key, challenge)), hex(expected));
    assert.ok(verify(key, challenge, hex(expected)));
  });
}

test('connection-035 an old side takes a new challenge for any bytes; its MD5 answer is accepted', () => {
  assert.ok(verify(key, newServer, hex('bce1b60318c6672267f6663de1f6a52c')));
  assert.ok(verify(key, newClient, hex('975ab9863066828de0553f9e88415a82')));
});

test('connection-035 a challenge that names a digest is answered with it, whatever it is', () => {
  for (const name of ['md5', 'sha256', 'sha384', 'sha3_256', 'sha3_384']) {
    const challenge = Buffer.concat([Buffer.from(`{${name}}`), counting(0, 40)]);
    const response = respond(key, challenge);
    assert.ok(Buffer.from(response).toString('latin1').startsWith(`{${name}}`));
    assert.ok(verify(key, challenge, response));
    assert.ok(!verify(Buffer.from('wrong'), challenge, response));
  }
});

test('challenges of other digests, and answers that are none', () => {
  for (const name of ['{sha1}', '{sha512}', '{}', 'sha256', '{toString}'])
    assert.throws(() => respond(key, Buffer.concat([Buffer.from(name), counting(0, 40)])), {
      code: 'ERR_AUTHENTICATION_PROTOCOL',
    });
  assert.throws(() => respond(key, counting(0, 19)), { code: 'ERR_AUTHENTICATION_PROTOCOL' });
  for (const length of [0, 1, 8, 15, 16, 17, 20, 40, 256]) assert.ok(!verify(key, newServer, counting(0, length)));
  assert.ok(!verify(key, newServer, Buffer.from('{sha256}')));
});

/** Lets two sides talk until both have ended; gives the beginnings of what was said, and how they ended. */
function talk(...sides: [Steps, Steps]): { said: string[]; ends: string[] } {
  const said: string[] = [];
  const ends = ['', ''];
  const inbox: Uint8Array[][] = [[], []];
  const steps = sides.map((side) => side.next());
  for (let turn = 0; ends.includes('') && turn < 100; turn++) {
    const who = turn % 2;
    try {
      for (let step = steps[who]!; ; step = steps[who] = sides[who]!.next(input(who, step.value?.send))) {
        if (step.done === true) ends[who] ||= 'ok';
        const send = step.value?.send;
        if (step.done === true || (!send && inbox[who]!.length === 0)) break;
        if (send) {
          said.push(Buffer.from(send).toString('latin1').slice(0, 9));
          inbox[1 - who]!.push(send);
        }
      }
    } catch (error) {
      ends[who] = (error as { code: string }).code;
      steps[who] = { done: true, value: undefined };
    }
  }
  return { said, ends };

  function input(who: number, sent: Uint8Array | undefined): Uint8Array {
    return sent ?? inbox[who]!.shift()!;
  }
}

test('both sides prove that they know the key, the accepting side first', () => {
  const { said, ends } = talk(greet(key), introduce(key));
  assert.deepEqual(ends, ['ok', 'ok']);
  assert.deepEqual(said, ['#CHALLENG', '{sha256}' + said[1]!.slice(8), '#WELCOME#', '#CHALLENG', said[4], '#WELCOME#']);
});

test('a wrong key ends it on both sides, at the first answer', () => {
  const { said, ends } = talk(greet(key), introduce(Buffer.from('wrong')));
  assert.deepEqual(ends, ['ERR_AUTHENTICATION_WRONG', 'ERR_AUTHENTICATION_REJECTED']);
  assert.equal(said.at(-1), '#FAILURE#');
});

test('no two challenges are the same, so that an answer is of no use later', () => {
  const challenges = new Set(Array.from({ length: 100 }, () => Buffer.from(challengeOf(deliver(key))).toString('hex')));
  assert.equal(challenges.size, 100);
  const first = deliver(key);
  const response = respond(key, challengeOf(first).subarray(11));
  const second = deliver(key);
  second.next();
  second.next();
  second.next(response);
  assert.throws(() => second.next(), { code: 'ERR_AUTHENTICATION_WRONG' });
});

function challengeOf(steps: Steps): Uint8Array {
  return (steps.next().value as { send: Uint8Array }).send;
}

test('an answer to no challenge is an error', () => {
  const steps = answer(key);
  steps.next();
  assert.throws(() => steps.next(Buffer.from('#WELCOME#')), { code: 'ERR_AUTHENTICATION_PROTOCOL' });
});
