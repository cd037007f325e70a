/** The same behaviours for every start method, and for the lanes that are no processes. */

import { before, describe, test, type TestContext } from 'node:test';
import { getContext } from 'manyfold';
import { guard } from './guard.js';
import { isForkLane } from './lane.js';

export type Method = NonNullable<Parameters<typeof getContext>[0]>;
export type Context = ReturnType<typeof getContext>;

type TestBody = (context: TestContext) => void | Promise<void>;

/** Why something does not run for a method, in words. */
export type Reasons = Partial<Record<Method, string>>;

interface TestOptions {
  /** The methods for which it makes no sense, each with the reason. */
  readonly not?: Reasons;
  /** A reason, or true. */
  readonly skip?: boolean | string;
  readonly timeout?: number;
}

/** node's `test`, with ` [method]` added to each title. */
export interface MethodTest {
  (title: string, body: TestBody): void;
  (title: string, options: TestOptions, body: TestBody): void;
}

type Body = (method: Method, context: Context, test: MethodTest) => void;

/** Reasons that several tests have. */
export const because = {
  threadsShare: 'the threads of a process share its pid, its descriptors, its signals and its memory',
  oneThread: 'a coroutine that blocks its thread blocks those that it waits for as well',
  wholeProcess: 'a coroutine has no beginning and no end of a process: what concerns that concerns the program',
  oneEnd: 'a coroutine gets the very ends of a pipe: to close one is to close it for both',
  notCopied: 'a coroutine gets the very objects: nothing travels, and nothing is copied',
} as const;

/** Whether its children may block: a coroutine that does blocks those for whom it waits as well. */
export function canBlock(method: Method): boolean {
  return method !== 'coroutine';
}

/**
 * Declares the tests of `body` once for each start method. A title starts with the id of the behaviour it shows:
 *
 *     eachMethod(['forkserver', 'spawn', 'fork', 'thread'], { coroutine: because.oneThread }, (method, context, test) => {
 *       test('process-013 kill() gives exit code -9', { not: { thread: 'why' } }, async () => { ... });
 *     });
 *
 * A method that is not in the list stands in `not`, with the reason why the whole of it makes no sense there.
 */
export function eachMethod(methods: readonly Method[], body: Body): void;
export function eachMethod(methods: readonly Method[], not: Reasons, body: Body): void;
export function eachMethod(methods: readonly Method[], ...how: [Body] | [Reasons, Body]): void {
  guard();
  const [not, body] = how.length === 1 ? [{}, how[0]] : how;
  for (const [method, reason] of Object.entries(not)) if (!isForkLane) describe(method, { skip: reason }, () => {});
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
        const [{ not: except, ...options }, run] = rest.length === 1 ? [{} as TestOptions, rest[0]] : rest;
        void test(`${title} [${method}]`, { skip: except?.[method] ?? false, ...options }, run);
      };
      body(method, context, methodTest);
    });
  }
}
