import { Presets, SingleBar } from 'cli-progress';

export interface Progress extends Disposable {
  /** One more is done. */
  increment(): void;
}

/** A bar that grows up to `total`; nothing at all when the output is not a terminal. */
export function showProgress(title: string, total: number): Progress {
  const format = `${title.padEnd(12)} {bar} {value}/{total} files, {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stdout, hideCursor: null }, Presets.shades_classic);
  bar.start(total, 0);
  return { increment: () => bar.increment(), [Symbol.dispose]: () => bar.stop() };
}
