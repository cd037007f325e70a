import { debuglog, format } from 'node:util';
import { ArgumentTypeError, expected } from '../errors.js';
import { callerOf, type Caller } from './caller.js';
import { CRITICAL, DEBUG, ERROR, INFO, levelName, SUBDEBUG, SUBWARNING, WARNING } from './levels.js';

/** A message, and where it comes from. */
export interface LogRecord extends Caller {
  /** The level as a number, 5 to 50. */
  readonly level: number;
  /** The level by its name: 'INFO'. */
  readonly levelName: string;
  /** What was said, with its arguments put in. */
  readonly message: string;
  /** Of the process that says it. */
  readonly processName: string;
  /** Of the thread that says it: 'MainThread', or the name of a `Thread`. */
  readonly threadName: string;
  /** The number of the process that says it. */
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** What becomes of messages. */
export type LogHandler = (record: LogRecord) => void;

/** In force while no other level is set, as in Python. */
const DEFAULT_LEVEL = WARNING;

/** With NODE_DEBUG=manyfold every message goes to stderr, whatever its level. */
const debugLog = debuglog('manyfold');

/**
 * Says what the library does; there is one in each process, which `getLogger` gives. It says nothing unless it has a
 * handler. A message is put together as by `util.format`.
 *
 * @example
 * const logger = getLogger();
 * logger.setLevel(INFO);
 * logger.info('%d left', 3);
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#logging
 */
export class Logger {
  #level = 0;
  readonly #handlers: LogHandler[] = [];

  /** What was set, 0 if nothing. */
  get level(): number {
    return this.#level;
  }

  /**
   * Messages below this level are not passed on; 0 for the default, which is WARNING.
   *
   * @throws {TypeError} ERR_LOG_LEVEL
   */
  setLevel(level: number): void {
    this.#level = checkLevel(level);
  }

  /** The level that is in force: what was set, or WARNING. */
  getEffectiveLevel(): number {
    return this.#level === 0 ? DEFAULT_LEVEL : this.#level;
  }

  /** What messages are passed to, as a new array. */
  get handlers(): readonly LogHandler[] {
    return [...this.#handlers];
  }

  /** Adds what messages are passed to; one that has been added stays added once. */
  addHandler(handler: LogHandler): void {
    if (!this.#handlers.includes(handler)) this.#handlers.push(handler);
  }

  /** Takes out what `addHandler` has added; does nothing for others. */
  removeHandler(handler: LogHandler): void {
    const place = this.#handlers.indexOf(handler);
    if (place >= 0) this.#handlers.splice(place, 1);
  }

  /** Whether a message of this level would go anywhere: to skip what it costs to put it together. */
  isEnabledFor(level: number): boolean {
    return debugLog.enabled || (this.#handlers.length > 0 && level >= this.getEffectiveLevel());
  }

  /** Says something at a level: `logger.log(INFO, '%d left', 3)`. */
  log(level: number, message: string, ...args: unknown[]): void {
    if (!this.isEnabledFor(checkLevel(level))) return;
    const record = this.#record(level, format(message, ...args));
    debugLog('%s', lineOf(record));
    if (level >= this.getEffectiveLevel()) for (const handler of this.#handlers) handler(record);
  }

  /** Says something at the level SUBDEBUG, 5: what the library does step by step. */
  subDebug(message: string, ...args: unknown[]): void {
    this.log(SUBDEBUG, message, ...args);
  }

  /** Says something at the level DEBUG, 10. */
  debug(message: string, ...args: unknown[]): void {
    this.log(DEBUG, message, ...args);
  }

  /** Says something at the level INFO, 20. */
  info(message: string, ...args: unknown[]): void {
    this.log(INFO, message, ...args);
  }

  /** Says something at the level SUBWARNING, 25. */
  subWarning(message: string, ...args: unknown[]): void {
    this.log(SUBWARNING, message, ...args);
  }

  /** Says something at the level WARNING, 30. */
  warning(message: string, ...args: unknown[]): void {
    this.log(WARNING, message, ...args);
  }

  /** Says something at the level ERROR, 40. */
  error(message: string, ...args: unknown[]): void {
    this.log(ERROR, message, ...args);
  }

  /** Says something at the level CRITICAL, 50. */
  critical(message: string, ...args: unknown[]): void {
    this.log(CRITICAL, message, ...args);
  }

  #record(level: number, message: string): LogRecord {
    const { pid } = process;
    const origin = { processName: processName(), threadName: threadName(), pid, created: Date.now() };
    return { level, levelName: levelName(level), message, ...origin, ...callerOf() };
  }
}

function checkLevel(level: number): number {
  if (typeof level === 'number' && level >= 0) return level;
  throw new ArgumentTypeError('ERR_LOG_LEVEL', `level: ${expected('a number, 0 or more', level)}`);
}

/** The line for a message, in multiprocessing's own format; a thread is named behind its process, as in the text of a lock. */
export function lineOf({ levelName: name, processName: from, threadName: thread, message }: LogRecord): string {
  return `[${name}/${thread === MAIN_THREAD ? from : `${from}|${thread}`}] ${message}`;
}

const MAIN_THREAD = 'MainThread';

let processName = (): string => 'MainProcess';

/** Said by who knows what this process is called. */
export function nameProcessBy(name: () => string): void {
  processName = name;
}

let threadName = (): string => MAIN_THREAD;

/** Said by who knows what this thread is called. */
export function nameThreadBy(name: () => string): void {
  threadName = name;
}

export const logger = new Logger();
