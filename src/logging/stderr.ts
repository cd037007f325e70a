import fs from 'node:fs';
import { lineOf, logger, type Logger, type LogRecord } from './logger.js';

/**
 * The library's logger: `getLogger().setLevel(DEBUG)` and a handler show what the library does.
 *
 * @example
 * getLogger().addHandler((record) => myLog.write(record.levelName, record.processName, record.message));
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_logger
 */
export function getLogger(): Logger {
  return logger;
}

/**
 * Writes the library's messages to stderr, each with the name of its process: `[INFO/Process-1] child process calling run()`.
 * Sets the level if one is given. Children started from then on do so too.
 *
 * @example
 * logToStderr(DEBUG);
 *
 * @throws {TypeError} ERR_LOG_LEVEL
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.log_to_stderr
 */
export function logToStderr(level?: number): Logger {
  if (level !== undefined) logger.setLevel(level);
  logger.addHandler(writeToStderr);
  return logger;
}

function writeToStderr(record: LogRecord): void {
  try {
    fs.writeSync(2, `${lineOf(record)}\n`);
  } catch {
    // Nobody is left to read it.
  }
}

/** What a child has to know to log as its parent does. Handlers of the program's own stay in its process. */
export interface LogSettings {
  readonly level: number;
  readonly toStderr: boolean;
}

export function logSettings(): LogSettings {
  return { level: logger.level, toStderr: logger.handlers.includes(writeToStderr) };
}

export function applyLogSettings({ level, toStderr }: LogSettings): void {
  logger.setLevel(level);
  if (toStderr) logger.addHandler(writeToStderr);
}
