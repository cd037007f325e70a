/** Python's pickles as data, with CPython as the judge of both directions. FUZZ=1000000 for a long run. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ManyfoldError, ValueError } from '#dist/errors.js';
import {
  Complex,
  Decimal,
  decodePickle,
  encodePickle,
  Float,
  Range,
  registerPickle,
  Slice,
  TimeDelta,
} from '#dist/pickle/pickle.js';
import { findPython, findPythons, needsPython } from '../../support/peers.js';
import { Random } from '../../support/random.js';

const rounds = Number(process.env['FUZZ'] ?? 20_000);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const tuple = (...items: unknown[]) => Object.freeze(items);

const recorded: [value: unknown, pickle: string][] = [
  [[42, null, 'hello'], '80049510000000000000005d94284b2a4e8c0568656c6c6f94652e'],
  [tuple(null, 'dummy', tuple(), {}), '8004951000000000000000284e8c0564756d6d7994297d9474942e'],
  [
    tuple('#ERROR', new ValueError('ERR_PYTHON', 'boom')),
    '80049531000000000000008c06234552524f52948c086275696c74696e73948c0a56616c75654572726f729493948c04626f6f6d948594529486942e',
  ],
  [new Uint8Array(), '80049504000000000000004300942e'],
];

test('pickles are written as CPython 3.11 writes them, byte for byte', () => {
  for (const [value, expected] of recorded) assert.equal(hex(encodePickle(value)), expected);
});

/** The same values in Python and here. */
const values: [python: string, value: unknown][] = [
  ['None', null],
  ['[True, False]', [true, false]],
  [
    '[0, 1, -1, 255, 256, 65535, 65536, -2**31, 2**31, 2**53 - 1]',
    [0, 1, -1, 255, 256, 65_535, 65_536, -(2 ** 31), 2 ** 31, 2 ** 53 - 1],
  ],
  [
    '[2**53, -2**63, 2**64, 2**2100, -2**2100, -129, 128, -32768]',
    [2n ** 53n, -(2n ** 63n), 2n ** 64n, 2n ** 2100n, -(2n ** 2100n), -129, 128, -32_768],
  ],
  ['[1.5, -0.25, float("inf")]', [1.5, -0.25, Infinity]],
  ['["", "abc", "€", "\\U0001f600", "\\ud800x", "y" * 300]', ['', 'abc', '€', '😀', '\ud800x', 'y'.repeat(300)]],
  ['[b"", b"abc", b"z" * 70000]', [new Uint8Array(), Uint8Array.from([97, 98, 99]), new Uint8Array(70_000).fill(122)]],
  ['[(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]', [tuple(), tuple(1), tuple(1, 2), tuple(1, 2, 3), tuple(1, 2, 3, 4)]],
  ['{"a": {"b": []}, "__proto__": 5}', JSON.parse('{"a": {"b": []}, "__proto__": 5}')],
  ['{1: "a", "b": 2}', new Map<unknown, unknown>([[1, 'a'], ['b', 2]])], // prettier-ignore
  ['{"b": 2, 1: "a"}', new Map<unknown, unknown>([['b', 2], [1, 'a']])], // prettier-ignore
  ['[set(), {1}, frozenset([2])]', [new Set(), new Set([1]), Object.freeze(new Set([2]))]],
  [
    'datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc)',
    new Date('2020-01-02T03:04:05.678Z'),
  ],
  ['datetime.timedelta(1, 2, 3)', new TimeDelta(1, 2, 3)],
  ['decimal.Decimal("1.10")', new Decimal('1.10')],
  ['1 + 2j', new Complex(1, 2)],
  ['[range(1, 10, 2), slice(1, None, 2)]', [new Range(1, 10, 2), new Slice(1, null, 2)]],
  ['array.array("d", [1, 2.5])', Float64Array.of(1, 2.5)],
  [
    '[array.array("q", [1, -2, 2**62]), array.array("Q", [2**63]), array.array("l", [3])]',
    [BigInt64Array.of(1n, -2n, 2n ** 62n), BigUint64Array.of(2n ** 63n), BigInt64Array.of(3n)],
  ],
  ['list(range(3000))', Array.from({ length: 3000 }, (_, n) => n)],
  ['{n: n for n in range(2500)}', new Map(Array.from({ length: 2500 }, (_, n) => [n, n]))],
  ['{"k%d" % n: n for n in range(1500)}', Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`k${n}`, n]))],
];
const imports = 'import array, datetime, decimal, json, pickle, queue, sys\n';

function python(program: string, input: string | Uint8Array = '', path = findPython()!.path): string[] {
  return execFileSync(path, ['-c', imports + program], { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
    .trim()
    .split('\n');
}

const allProtocols = `for value in [${values.map(([text]) => text).join(', ')}]:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1): print(pickle.dumps(value, protocol).hex())`;

test('protocols 2 to 5 of every CPython are read', needsPython(), () => {
  for (const { path } of findPythons()) {
    const lines = python(allProtocols, '', path);
    const protocols = lines.length / values.length;
    assert.ok(protocols >= 3);
    for (const [at, line] of lines.entries()) {
      const [text, value] = values[Math.floor(at / protocols)]!;
      assert.deepEqual(decodePickle(Buffer.from(line, 'hex')), value, text);
    }
  }
});

test('CPython reads what is written here, and finds it equal', needsPython(), () => {
  const program = `values = [${values.map(([text]) => text).join(', ')}]
for value, line in zip(values, sys.stdin): print(pickle.loads(bytes.fromhex(line)) == value)`;
  const input = values.map(([, value]) => hex(encodePickle(value))).join('\n');
  for (const { path } of findPythons()) assert.deepEqual([...new Set(python(program, input, path))], ['True']);
});

test('floats that are whole, and what contains itself', needsPython(), () => {
  const cyclic: unknown[] = [new Float(2)];
  cyclic.push(cyclic);
  assert.deepEqual(python('v = pickle.load(sys.stdin.buffer); print(v)', encodePickle(cyclic)), ['[2.0, [...]]']);
  const [line] = python('v = {"x": [1]}; v["x"].append(v); print(pickle.dumps(v).hex())');
  const read = decodePickle(Buffer.from(line!, 'hex')) as { x: unknown[] };
  assert.equal(read.x[1], read);
});

test('exceptions keep their class and their arguments, both ways', needsPython(), () => {
  const lines =
    python(`for e in [ValueError('boom'), TypeError('t'), KeyError('k'), queue.Empty(), OSError(2, 'no'), StopIteration()]:
    print(pickle.dumps(e).hex())`);
  const errors = lines.map((line) => decodePickle(Buffer.from(line, 'hex')) as Error & { args: unknown[] });
  assert.deepEqual(
    errors.map(({ name, message, args }) => [name, message, [...args]]),
    [
      ['ValueError', 'boom', ['boom']],
      ['TypeError', 't', ['t']],
      ['KeyError', 'k', ['k']],
      ['Empty', '', []],
      ['FileNotFoundError', '[Errno 2] no', [2, 'no']],
      ['StopIteration', '', []],
    ],
  );
  assert.ok(errors[0] instanceof ValueError && errors[2] instanceof ManyfoldError);
  class Own extends RangeError {}
  const written = [...errors, new Own('mine'), new Error('plain')].map((error) => hex(encodePickle(error))).join('\n');
  assert.deepEqual(python('for line in sys.stdin: print(repr(pickle.loads(bytes.fromhex(line))))', written), [
    "ValueError('boom')",
    "TypeError('t')",
    "KeyError('k')",
    'Empty()',
    "FileNotFoundError(2, 'no')",
    'StopIteration()',
    "ValueError('mine')",
    "Exception('plain')",
  ]);
});

test('what is not in the table is an error that names it, and nothing is called', () => {
  const evil = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1');
  assert.throws(() => decodePickle(evil), {
    name: 'PicklingError',
    code: 'ERR_PICKLE_GLOBAL',
    message: /'os\.system'/,
  });
  for (const name of ['builtins\neval', 'builtins\ngetattr', 'builtins\n__import__', 'os\npath', 'object\nconstructor'])
    assert.throws(() => decodePickle(Buffer.from(`\x80\x02c${name}\n)R.`, 'latin1')), { code: 'ERR_PICKLE_GLOBAL' });
});

test('classes that are registered travel as instances', () => {
  class Point {
    x: number;
    y: number;
    constructor(x: number, y: number) {
      this.x = x;
      this.y = y;
    }
  }
  class Temperature {
    celsius: number;
    constructor(celsius: number) {
      this.celsius = celsius;
    }
  }
  registerPickle('shapes.Point', Point);
  registerPickle('weather.Temperature', Temperature, {
    args: ({ celsius }) => [celsius],
    create: (celsius: number) => new Temperature(celsius),
  });
  const value = [new Point(1, 2), new Temperature(20)];
  const back = decodePickle(encodePickle(value)) as unknown[];
  assert.deepEqual(back, value);
  assert.ok(back[0] instanceof Point);
  assert.throws(() => registerPickle('Point', Point), { code: 'ERR_PICKLE_REGISTER' });
});

test('what Python does not know is refused, with the way to it', () => {
  class Unknown {
    x = 1;
  }
  for (const [value, path] of [
    [{ a: [() => 1] }, 'value -> .a -> [0]'],
    [new Map([[1, new Unknown()]]), 'value -> .get(...)'],
    [[Symbol('s')], 'value -> [0]'],
  ] as const)
    assert.throws(
      () => encodePickle(value),
      (error) => (error as ManyfoldError).code === 'ERR_PICKLE_PYTHON' && (error as Error).message.endsWith(path),
    );
  let deep: unknown = 1;
  for (let n = 0; n < 5000; n++) deep = [deep];
  assert.throws(() => encodePickle(deep), { code: 'ERR_PICKLE_TOO_DEEP' });
});

test('lengths that promise more than there is', () => {
  for (const start of [
    '8affff',
    '8bffffffff',
    '58ffffffff',
    '8dffffffffffffff7f',
    '42ffffffff',
    '8effffffffffffffff',
    '96ffffffffffffffff',
  ])
    assert.throws(() => decodePickle(Buffer.from(`8004${start}2e`, 'hex')), { code: 'ERR_PICKLE_CORRUPT' });
  // A memo may be numbered as one likes, at no cost.
  assert.equal(decodePickle(Buffer.from('80044b0172ffffffff2e', 'hex')), 1);
});

test('real pickles, mutated: a value or a typed error, never a call, and memory of their own order', () => {
  const random = Random.printed();
  const own = [...recorded, ...values.map(([text, value]): [unknown, string] => [value, text])];
  const theirs = findPython() === undefined ? [] : python(allProtocols).map((line) => Buffer.from(line, 'hex'));
  const originals = [...own.map(([value]) => encodePickle(value)), ...theirs].filter((pickle) => pickle.length < 400);
  const before = process.memoryUsage().rss;
  for (let round = 0; round < rounds; round++) {
    const bytes = Buffer.from(originals[random.below(originals.length)]!);
    for (let change = random.below(5); change >= 0; change--)
      bytes[2 + random.below(bytes.length - 2)] = random.below(256);
    const other = originals[random.below(originals.length)]!;
    const pickle = random.below(3) === 0 ? Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]) : bytes; // prettier-ignore
    try {
      decodePickle(pickle);
    } catch (error) {
      const { code } = error as ManyfoldError;
      assert.ok(code === 'ERR_PICKLE_CORRUPT' || code === 'ERR_PICKLE_GLOBAL', `${hex(pickle)}: ${String(error)}`);
    }
  }
  assert.ok(process.memoryUsage().rss - before < 500e6);
});
