import { currentProcess, getContext, parentProcess, Process } from 'manyfold';
import { equal } from './expect.js';

function greet(name: string, times: number): string {
  return name.repeat(times);
}

// The arguments fit the target...
new Process({ target: greet, args: ['hello', 2] });
new Process({ target: greet, args: ['hello', 2], name: 'greeter', daemon: true });
new Process({ target: () => {}, args: [] });
new Process({ target: () => {} });
new Process({ target: async (x: number) => x, args: [1] });
new Process({ target: (...all: number[]) => all, args: [1, 2, 3] });
new Process({ target: (first: string, second?: number) => [first, second], args: ['a'] });
new Process({});
new Process();

// ...or they do not compile.
// @ts-expect-error a number is no name
new Process({ target: greet, args: [1, 2] });
// @ts-expect-error one argument is missing
new Process({ target: greet, args: ['hello'] });
// @ts-expect-error all arguments are missing
new Process({ target: greet });
// @ts-expect-error one argument too many
new Process({ target: greet, args: ['hello', 2, 3] });
// @ts-expect-error a target is a function
new Process({ target: 'greet' });
// @ts-expect-error there is no such option
new Process({ target: () => {}, demon: true });

const context = getContext('spawn');
new context.Process({ target: greet, args: ['hello', 2] });
// @ts-expect-error the same holds for the classes of a context
new context.Process({ target: greet, args: [2, 'hello'] });
// @ts-expect-error there is no such start method
getContext('teleport');

export async function members(process: Process): Promise<void> {
  equal<string, typeof process.name>();
  equal<boolean, typeof process.daemon>();
  equal<number | null, typeof process.pid>();
  equal<number | null, typeof process.exitCode>();
  equal<boolean, ReturnType<typeof process.isAlive>>();
  equal<Promise<void>, ReturnType<typeof process.start>>();
  await process.join({ timeout: 10, signal: AbortSignal.timeout(10) });
  process.joinSync({ timeout: 10 });
  // @ts-expect-error times are numbers of milliseconds
  await process.join({ timeout: '10s' });
  // @ts-expect-error the pid is not ours to set
  process.pid = 1;
  currentProcess().name satisfies string;
  parentProcess()?.pid satisfies number | null | undefined;
}

export class Worker extends Process {
  readonly words: string[];

  constructor(words: string[]) {
    super({ name: 'worker' });
    this.words = words;
  }

  override async run(): Promise<void> {
    await Promise.resolve(this.words);
  }
}
