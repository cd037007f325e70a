import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadScript } from '../../support/scripts.js';

const { mistakes, report } = await loadScript('conformance.mjs');

const behaviours = [
  { id: 'lock-001', area: 'lock', behaviour: 'locks' },
  { id: 'lock-002', area: 'lock', behaviour: 'unlocks' },
  { id: 'pool-001', area: 'pool', behaviour: 'maps' },
];

test('a behaviour is tested when each test of it passed', () => {
  const results = [
    { outcome: 'pass', title: 'lock-001 locks [forkserver]' },
    { outcome: 'fail', title: 'lock-001 locks [spawn]' },
    { outcome: 'pass', title: 'lock-002, pool-001: both at once' },
    { outcome: 'pass', title: 'this only mentions lock-001' },
  ];
  assert.deepEqual(report(behaviours, [], results), [
    { area: 'lock', tested: 1, notApplicable: 0, open: ['lock-001'] },
    { area: 'pool', tested: 1, notApplicable: 0, open: [] },
  ]);
});

test('a skipped test shows nothing, and a reason closes a behaviour', () => {
  const results = [{ outcome: 'skip', title: 'pool-001 maps' }];
  const excused = [{ id: 'lock-001', reason: 'there are no locks here' }];
  assert.deepEqual(report(behaviours, excused, results), [
    { area: 'lock', tested: 0, notApplicable: 1, open: ['lock-002'] },
    { area: 'pool', tested: 0, notApplicable: 0, open: ['pool-001'] },
  ]);
});

test('a test that is skipped for one start method counts for those it ran for', () => {
  const results = [
    { outcome: 'skip', title: 'pool-001 maps [fork]' },
    { outcome: 'pass', title: 'pool-001 maps [spawn]' },
  ];
  assert.deepEqual(report(behaviours, [], results)[1], { area: 'pool', tested: 1, notApplicable: 0, open: [] });
});

test('a line without a reason or with an unknown id is a mistake', () => {
  assert.equal(mistakes(behaviours, [{ id: 'lock-001', reason: ' ' }]).length, 1);
  assert.equal(mistakes(behaviours, [{ id: 'lock-009', reason: 'gone' }]).length, 1);
  assert.equal(mistakes(behaviours, [{ id: 'lock-001', reason: 'none' }]).length, 0);
});
