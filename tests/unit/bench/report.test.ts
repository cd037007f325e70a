import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from '../../../bench/median.js';
import { parseOptions } from '../../../bench/options.js';
import { formatRatio, formatValue } from '../../../bench/report/format.js';
import { drawPicture } from '../../../bench/report/picture.js';
import { fullTable, peerWins, ratioTable } from '../../../bench/report/table.js';
import type { RowResult } from '../../../bench/result.js';

const ours = (how: string, value: number) => ({ by: 'Manyfold' as const, how, median: value, samples: [value] });
const cpython = (how: string, value: number) => ({ by: 'CPython' as const, how, median: value, samples: [value] });

const start: RowResult = {
  id: 'start',
  title: 'Start & join',
  shown: 'time',
  contestants: [ours('forkserver', 0.001), ours('spawn', 0.05), cpython('fork', 0.002), cpython('spawn', 0.04)],
};
const fight: RowResult = {
  id: 'fight',
  title: 'Fight',
  shown: 'rate',
  contestants: [ours('', 5e-7), { ...cpython('', 2.5e-7), samples: [2e-7, 2.5e-7, 1e-6] }],
};
const memory: RowResult = {
  id: 'memory',
  title: 'Memory',
  shown: 'memory',
  contestants: [ours('', 4 * 2 ** 20), cpython('', 2 ** 20)],
};

test('the median is the value in the middle, whatever the order', () => {
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([10, 1, 2, 4]), 3);
  assert.throws(() => median([]), RangeError);
});

test('measurements are shown in the unit that people would use', () => {
  assert.equal(formatValue(0.0019, 'time'), '1.9 ms');
  assert.equal(formatValue(42e-9, 'time'), '42 ns');
  assert.equal(formatValue(0.9999e-3, 'time'), '1 ms');
  assert.equal(formatValue(1 / 4.4e6, 'rate'), '4.4 M/s');
  assert.equal(formatValue(1 / 12, 'rate'), '12/s');
  assert.equal(formatValue(1e-3, { bandwidth: 2e6 }), '2 GB/s');
  assert.equal(formatValue(4.5 * 2 ** 20, 'memory'), '4.5 MB');
  assert.equal(formatRatio(15.4), '15x');
  assert.equal(formatRatio(0.716), '0.72x');
});

test('the table has the best of each, and the ratio to the best of Manyfold', () => {
  assert.deepEqual(ratioTable([start]).split('\n').slice(0, 3), [
    '| work | Manyfold | CPython | child_process | worker_threads | piscina | tinypool | workerpool | poolifier | other queues | the limit |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    '| Start & join | 1 ms (forkserver) | 2 ms (fork), **2x** |  |  |  |  |  |  |  |  |',
  ]);
  assert.match(fullTable([fight]), /\|\s+\| CPython \| 4 M\/s \| 5 M\/s to 1 M\/s \| 0\.5x \|/);
});

test('a row in which a peer is better is named, no other', () => {
  assert.deepEqual(peerWins([start, fight]), ['Fight: CPython 4 M/s, Manyfold 2 M/s']);
});

test('a row without Manyfold, or without a peer, is in the tables and has no winner', () => {
  const alone = { ...start, contestants: start.contestants.slice(2) };
  assert.match(ratioTable([alone]), /Start & join \|\s+\| 2 ms \(fork\) \|/);
  assert.deepEqual(peerWins([alone, { ...start, contestants: start.contestants.slice(0, 2) }]), []);
});

test('the picture has a bar for each of ours and the best of each peer, longer for what takes longer', () => {
  const picture = drawPicture([start, fight, memory], 'a machine');
  const bars = [...picture.matchAll(/<rect class="(ours|theirs)" .* width="([\d.]+)"/g)];
  assert.deepEqual(
    bars.map(([, kind]) => kind),
    ['ours', 'theirs', 'ours', 'theirs', 'ours'],
  );
  const widths = bars.map(([, , width]) => Number(width));
  assert.ok(widths[0]! < widths[1]! && widths[1]! < widths[2]!);
  assert.match(picture, /Start &amp; join/);
  assert.match(picture, /prefers-color-scheme: dark/);
  assert.doesNotMatch(picture, /Memory|NaN|Infinity/);
});

test('a picture of nothing is a picture', () => {
  assert.doesNotMatch(drawPicture([], 'a machine'), /NaN|Infinity/);
});

test('the command line names rows, rounds and haste; what is wrong with it is said', () => {
  const known = ['start', 'lock'];
  assert.deepEqual(parseOptions([], known), { rows: [], rounds: 5, quick: false });
  assert.deepEqual(parseOptions(['lock', '--rounds', '3'], known), { rows: ['lock'], rounds: 3, quick: false });
  assert.deepEqual(parseOptions(['--quick'], known), { rows: [], rounds: 1, quick: true });
  assert.throws(() => parseOptions(['loc'], known), /no such row: loc; there are start, lock/);
  assert.throws(() => parseOptions(['--rounds', 'many'], known), /--rounds takes a number from 1 on, not many/);
  assert.throws(() => parseOptions(['--slow'], known), /--slow/);
});
