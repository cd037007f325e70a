/**
 * The library as the bench uses it. A part that does not exist in this version is undefined when the bench runs: the
 * contestants that need it are skipped.
 */

import * as manyfold from 'manyfold';

export const api = manyfold;

/** Which of these names the library does not export. */
export function missing(names: readonly string[]): string[] {
  return names.filter((name) => !(name in manyfold));
}
