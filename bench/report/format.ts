import type { Shown } from '../row.js';

/** A measurement as people say it: `1.9 ms`, `4.4 M/s`, `2.7 GB/s`, `4.5 MB`. */
export function formatValue(value: number, shown: Shown): string {
  if (shown === 'memory') return scaled(value, ['B', 'kB', 'MB', 'GB'], 1024);
  if (shown === 'rate') return `${scaled(1 / value, ['', 'k', 'M', 'G'])}/s`;
  if (shown === 'time') return scaled(value * 1e9, ['ns', 'us', 'ms', 's']);
  return `${scaled(shown.bandwidth / value, ['B', 'kB', 'MB', 'GB'])}/s`;
}

/** How many times as much one is as the other: `15x`, `1.3x`, `0.72x`. */
export function formatRatio(ratio: number): string {
  return `${digits(ratio)}x`;
}

function scaled(value: number, units: readonly string[], step = 1000): string {
  let power = 0;
  while (power < units.length - 1 && Number(digits(value / step ** power)) >= step) power++;
  return `${digits(value / step ** power)} ${units[power]}`.trimEnd();
}

/** Two significant digits, and none behind the point from ten on. */
function digits(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
