import { isOwnFrame } from '../system/installation.js';

/** The frames of a stack that are none of the library's own. */
export function userFrames(stack = ''): string {
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => !isOwnFrame(line))
    .join('\n');
}
