/** The same behaviours for every start method. */

import { before, describe, test, type TestContext } from 'node:test';
import { getContext } from 'manyfold';
import { guard } from './guard.js';
import { isForkLane } from './lane.js';

export type Method = NonNullable<Parameters<typeof getContext>[0]>;
export type Context = ReturnType<typeof getContext>;

type TestBody = (context: TestContext) => void | Promise<void>;

interface TestOptions {
  /** A reason, or true. */
  readonly skip?: boolean | string;
  readonly timeout?: number;
}

/** node's `test`, with ` [method]` added to each title. */
export interface MethodTest {
  (title: string, body: TestBody): void;
  (title: string, options: TestOptions, body: TestBody): void;
}

/**
 * Declares the tests of `body` once for each start method. A title starts with the id of the behaviour it shows:
 *
 *     eachMethod(['forkserver', 'spawn', 'fork'], (method, context, test) => {
 *       test('process-013 kill() gives exit code -9', async () => { ... });
 *     });
 */
export function eachMethod(
  methods: readonly Method[],
  body: (method: Method, context: Context, test: MethodTest) => void,
): void {
  guard();
  for (const method of methods.filter((name) => (name === 'fork') === isForkLane)) {
    describe(method, () => {
      const context = getContext(method);
      // What a method opens on its first use (a fork server, its connection) is not the first test's leak.
      before(async () => {
        const process = new context.Process({ target: () => {} });
        await process.start();
        await process.join();
      });
      const methodTest = (title: string, ...rest: [TestBody] | [TestOptions, TestBody]) => {
        const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
        void test(`${title} [${method}]`, options, run);
      };
      body(method, context, methodTest);
    });
  }
}
