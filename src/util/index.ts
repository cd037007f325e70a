/** `manyfold/util`: Python's multiprocessing.util, as far as programs use it. */
import './exports.js';

export { Finalize, type FinalizeOptions } from '../process/finalize.js';
export { registerAfterFork } from '../process/after-fork.js';
export { getLogger, logToStderr } from '../logging/stderr.js';
export type { Logger, LogHandler, LogRecord } from '../logging/logger.js';
export { CRITICAL, DEBUG, ERROR, INFO, NOTSET, SUBDEBUG, SUBWARNING, WARNING } from '../logging/levels.js';
