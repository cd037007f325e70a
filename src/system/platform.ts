import { inForkedChild } from './generation.js';
import { countPlatformThreads, symbolAddress, viewMemory } from './libc.js';
import { platformThreadsAtWork } from './threads.js';

/**
 * V8 hands parts of its work, such as those of a collection, to threads of Node's platform. They are not forked along, and
 * in a child nobody would do that work. V8 can do without; but a worker thread that ends waits until all is done that was
 * ever handed over: for ever. So a child says what is true, that there is no such thread. V8 asks for their number each
 * time, and then hands over nothing.
 *
 * What was handed over just before the fork would be waited for as well. So who forks says the same for that long, and
 * forks when the threads rest.
 *
 * The number is the length of a vector:
 *
 *   node::per_process::v8_platform    ..., address of the platform, ...
 *   node::NodePlatform                address of its vtable, ..., address of the runner, that minus 16, ...
 *   the runner                        ..., begin, end and limit of the vector of its threads, ...
 *
 * Node promises none of this. So each step knows what it looks for, and the platform itself confirms the last one.
 */
const HOLDER = '_ZN4node11per_process11v8_platformE';
const HOLDER_WORDS = 8;
const VTABLE = '_ZTVN4node12NodePlatformE';
const VTABLE_HEAD = 16n;
const PLATFORM_WORDS = 20;
const CONTROL_BLOCK = 16n;
const RUNNER_WORDS = 34;
const WORD = 8;
const LOWEST = 4096n; // no address is lower

interface Vector {
  readonly words: BigUint64Array;
  /** Its first word; the end is in the next one. */
  readonly index: number;
}

let threads: Vector | 'unknown' | undefined;

/** Whether this process has them: one that was forked has none. */
let areHere = true;
inForkedChild(() => (areHere = false));

/** Looks where the number is, so that children of this process need not. */
export function findPlatformThreads(): void {
  threads ??= find() ?? 'unknown';
}

/** V8 hands over nothing any more, until the function that this gives is called. */
export function leavePlatformThreads(): () => void {
  findPlatformThreads();
  return threads === 'unknown' ? () => {} : empty(threads!);
}

/** Whether V8's threads still do what was handed over to them. */
export function platformThreadsRun(): boolean {
  return areHere && platformThreadsAtWork();
}

/** Gives what makes the vector as it was. */
function empty({ words, index }: Vector): () => void {
  const end = words[index + 1]!;
  words[index + 1] = words[index]!;
  return () => (words[index + 1] = end);
}

function find(): Vector | undefined {
  try {
    const vtable = BigInt(symbolAddress(VTABLE)) + VTABLE_HEAD;
    const platform = wordsAt(BigInt(symbolAddress(HOLDER)), HOLDER_WORDS).find(
      (word) => isAddress(word) && wordsAt(word, 1)[0] === vtable,
    );
    return platform === undefined ? undefined : vectorOf(platform);
  } catch {
    return undefined; // this Node has not these names
  }
}

function vectorOf(platform: bigint): Vector | undefined {
  const count = (): number => Number(countPlatformThreads(Number(platform)));
  const bytes = BigInt(count() * WORD);
  const runner = wordsAt(platform, PLATFORM_WORDS).find(
    (word, index, all) => isAddress(word) && all[index + 1] === word - CONTROL_BLOCK,
  );
  if (runner === undefined) return undefined;
  const words = wordsAt(runner, RUNNER_WORDS);
  for (let index = 0; index + 2 < words.length; index++) {
    const [begin, end, limit] = words.subarray(index) as unknown as [bigint, bigint, bigint];
    if (!isAddress(begin) || end - begin !== bytes || limit < end) continue;
    const fill = empty({ words, index });
    const isCounted = count() === 0;
    fill();
    if (isCounted) return { words, index };
  }
  return undefined;
}

function isAddress(word: bigint): boolean {
  return word >= LOWEST && word % BigInt(WORD) === 0n;
}

function wordsAt(address: bigint, count: number): BigUint64Array {
  return new BigUint64Array(viewMemory(Number(address), count * WORD));
}
