// Which of the library's modules import which.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function reachable(start, next) {
  const found = new Set([start]);
  for (const id of found) for (const to of next(id)) found.add(to);
  found.delete(start);
  return found;
}

export const importsOf = (path) =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\b[^;]*?'(\..*?)';$/gm)].map(([, to]) =>
    join(dirname(path), to),
  );
