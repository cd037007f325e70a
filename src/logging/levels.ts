/** Python's levels of messages, and the two that multiprocessing adds. */
export const NOTSET = 0;
/** Level 5: the library at every step. */
export const SUBDEBUG = 5;
/** Level 10. */
export const DEBUG = 10;
/** Level 20. */
export const INFO = 20;
/** Level 25: what the library has put up with. */
export const SUBWARNING = 25;
/** Level 30. */
export const WARNING = 30;
/** Level 40. */
export const ERROR = 40;
/** Level 50. */
export const CRITICAL = 50;

const names = new Map([
  [SUBDEBUG, 'SUBDEBUG'],
  [DEBUG, 'DEBUG'],
  [INFO, 'INFO'],
  [SUBWARNING, 'SUBWARNING'],
  [WARNING, 'WARNING'],
  [ERROR, 'ERROR'],
  [CRITICAL, 'CRITICAL'],
]);

export function levelName(level: number): string {
  return names.get(level) ?? `Level ${level}`;
}
