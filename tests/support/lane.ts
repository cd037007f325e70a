/**
 * The start method 'fork' needs a process that was launched for it. So the runner starts a file that has tests for it twice:
 * the second time in that mode, and for those tests alone.
 */
export const isForkLane = process.env['MANYFOLD_TEST_LANE'] === 'fork';

/** Options of Node for the programs that tests run. */
export const laneOptions = isForkLane ? ['--single-threaded', '--v8-pool-size=1'] : [];
