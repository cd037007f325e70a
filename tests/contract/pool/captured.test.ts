/** What a function captures is what it was at the call, whichever way it changes between two calls. */

import assert from 'node:assert/strict';
import { eachMethod } from '../../support/methods.js';

/** A function, and what changes what it sees. */
interface Change {
  readonly target: () => number;
  readonly change: () => void;
}

let ofModule = 1;

const changes: Record<string, () => Change> = {
  'a variable of the module': () => ({ target: () => ofModule, change: () => void (ofModule = 2) }),
  'a variable of the function around it': () => {
    let local = 1;
    return { target: () => local, change: () => void local++ };
  },
  'a parameter': () => ((parameter: number) => ({ target: () => parameter, change: () => void (parameter = 2) }))(1),
  'by a pattern': () => {
    let [one, other] = [1, 2];
    return { target: () => one, change: () => void ([one, other] = [other, one]) };
  },
  'by a loop': () => {
    let last = 1;
    const change = (): void => {
      for (last of [3, 2]);
    };
    return { target: () => last, change };
  },
  'in an object': () => {
    const settings = { value: 1 };
    return { target: () => settings.value, change: () => void (settings.value = 2) };
  },
  'in a list': () => {
    const list = [0];
    return { target: () => list.length, change: () => void list.push(0) };
  },
  'of a function that it calls': () => {
    let inner = 1;
    const helper = () => inner;
    return { target: () => helper(), change: () => void (inner = 2) };
  },
  'a property of a function that it calls': () => {
    const helper = (): { readonly value?: number } => helper as { readonly value?: number };
    return { target: () => helper().value ?? 1, change: () => void Object.assign(helper, { value: 2 }) };
  },
  'a method of a class': () => {
    class Counter {
      value() {
        return 1;
      }
    }
    return { target: () => new Counter().value(), change: () => void (Counter.prototype.value = () => 2) };
  },
};

eachMethod(
  ['forkserver', 'spawn', 'thread'],
  { coroutine: 'nothing is captured: it is the very function' },
  (_method, { Pool }, test) => {
    for (const [what, make] of Object.entries(changes)) {
      test(`the next call sees what has changed: ${what}`, async () => {
        await using pool = new Pool(1);
        const { target, change } = make();
        ofModule = 1;
        for (let call = 0; call < 3; call++) assert.equal(await pool.apply(target), 1);
        change();
        for (let call = 0; call < 2; call++) assert.equal(await pool.apply(target), 2);
      });
    }

    test('functions of one text with constants of their own stay apart', async () => {
      await using pool = new Pool(1);
      const adder = (more: number) => (x: number) => x + more;
      const [one, ten] = [adder(1), adder(10)];
      for (let call = 0; call < 3; call++)
        assert.deepEqual([await pool.apply(one, [1]), await pool.apply(ten, [1])], [2, 11]);
    });
  },
);
