import { quietly } from './callback.js';

/** How far a call is. */
export interface Progress {
  /** Items that are done, or have failed. */
  readonly done: number;
  /** All items, where their number is known. */
  readonly total: number | undefined;
  /** Items in a second, since the call began. */
  readonly rate: number;
  /** Milliseconds that the rest will take at that rate, where the total is known. */
  readonly timeLeft: number | undefined;
}

/** Is told how far the work has come. */
export type ProgressListener = (progress: Progress) => void;

/** Whom to tell how far a call is. */
export interface Tracker {
  /** So many more items are done. */
  add(items: number): void;
  /** The call has ended. */
  end(): void;
}

const NOBODY: Tracker = { add: () => {}, end: () => {} };

/** `true` asks for a bar in the terminal; there is none when stderr leads elsewhere. */
export function track(listener: boolean | ProgressListener | undefined, total: number | undefined): Tracker {
  if (typeof listener === 'function') return tell(listener, total);
  return listener && process.stderr.isTTY ? drawBar(total) : NOBODY;
}

function tell(listener: ProgressListener, total: number | undefined): Tracker {
  const start = performance.now();
  let done = 0;
  return {
    add: (items) => {
      done += items;
      const rate = rateOf(done, start);
      const timeLeft = total === undefined ? undefined : ((total - done) * 1000) / rate;
      quietly(() => listener({ done, total, rate, timeLeft }));
    },
    end: () => {},
  };
}

/** Items in a second. */
function rateOf(done: number, start: number): number {
  return (done * 1000) / Math.max(performance.now() - start, 0.001);
}

function drawBar(total: number | undefined): Tracker {
  let bar: { increment(by: number, tokens: object): void; stop(): void } | undefined;
  const start = performance.now();
  let done = 0;
  let hasEnded = false;
  // Loaded when a bar is wanted: most programs want none.
  const load = async (): Promise<void> => {
    const { default: bars } = await import('cli-progress');
    if (hasEnded) return;
    const format =
      total === undefined ? '{value} done, {rate}/s' : '{bar} {value}/{total}, {rate}/s, {eta_formatted} left';
    const made = new bars.SingleBar({ format, stream: process.stderr, hideCursor: null }, bars.Presets.shades_classic);
    made.start(total ?? 0, done, { rate: Math.round(rateOf(done, start)) });
    bar = made;
  };
  load().catch(() => {}); // without a bar the call is as good
  return {
    add: (items) => {
      done += items;
      bar?.increment(items, { rate: Math.round(rateOf(done, start)) });
    },
    end: () => {
      hasEnded = true;
      bar?.stop();
    },
  };
}
