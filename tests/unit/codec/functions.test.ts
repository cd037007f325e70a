/** Which functions always travel the same, and so are captured only once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { encodeFunction } from '#dist/codec/functions.js';
import { guard } from '../../support/guard.js';

guard();

const text = 'fixed';
const list = [1];
const double = (x: number) => x * 2;
let counter = 0;
const swap = { from: 1, to: 2 };
let [left, right] = [1, 2];
const advance = () => {
  counter++;
  [left, right] = [swap.to, swap.from];
};
class Point {
  readonly x = 1;
}
const regexp = /x/g;
const unset = list[5];
const loops: (() => number)[] = [];
for (let turn = 0; turn < 2; turn++) loops.push(() => turn);
let each = 0;
for (each of [1, 2]) if (each > 2) advance();

const constant: Record<string, object> = {
  'uses nothing': (x: number) => x + 1,
  'a constant': () => text,
  'a function that uses constants': () => double(text.length),
  'a parameter of the function around it': (
    (x: number) => () =>
      x
  )(7),
  itself: function self(n: number): number {
    return n < 1 ? 1 : n * self(n - 1);
  },
};

const varying: Record<string, object> = {
  'an object': () => list.length,
  'a variable that is incremented': () => counter,
  'a variable that is assigned by a pattern': () => left + right,
  'a variable that a loop sets': () => loops[1]!() + each,
  'a variable of a loop': loops[1]!,
  'a class': () => new Point(),
  'a regular expression, which counts': () => regexp.lastIndex,
  'a variable without a value': () => unset,
  'a function that uses a variable that changes': (() => {
    const inner = () => counter;
    return () => inner();
  })(),
  'a variable of a script that others may change': vm.runInThisContext(
    '"use strict"; let ofScript = 1; () => ofScript',
  ) as object,
  'a variable of a script that is not strict': vm.runInThisContext('(function (a) { return () => a; })(1)') as object,
};

for (const [what, target] of Object.entries(constant)) {
  test(`captured once: ${what}`, () => {
    assert.equal(encodeFunction(target, 'target').isNew, true);
    assert.equal(encodeFunction(target, 'target').isNew, false);
  });
}

for (const [what, target] of Object.entries(varying)) {
  test(`captured at each call: ${what}`, () => {
    assert.equal(encodeFunction(target, 'target').isNew, true);
    assert.equal(encodeFunction(target, 'target').isNew, true);
  });
}

test('a function that is given a property is captured anew', () => {
  const helper = (x: number) => x;
  const target = () => helper(1);
  encodeFunction(target, 'target');
  assert.equal(encodeFunction(target, 'target').isNew, false);
  Object.assign(helper, { limit: 5 });
  assert.equal(encodeFunction(target, 'target').isNew, true);
  assert.equal(encodeFunction(target, 'target').isNew, true);
});
