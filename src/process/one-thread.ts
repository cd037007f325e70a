/**
 * What Node has to be started with, so that it can be forked: one thread is what fork(2) leaves of a process. So it has no
 * other from its start but V8's one background thread, which Node cannot do without and which has nothing to do (0 would
 * mean one for each core).
 */
export const ONE_THREAD = ['--single-threaded', '--v8-pool-size=1'];

/** Node's code on large pages spares each child the page faults for it. */
export const LARGE_PAGES = '--use-largepages=silent';

/** Whether this process was. V8's flags cannot be changed later: its collector crashes. */
export const isForkable = ONE_THREAD.every((option) => process.execArgv.includes(option));
