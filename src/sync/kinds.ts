/** The kinds of what others can hold, as they stand in the table of those who wait. */
export const LOCK = 1;
export const RLOCK = 2;
export const SEMAPHORE = 3;
export const BOUNDED_SEMAPHORE = 4;

const NAMES = ['', 'Lock', 'RLock', 'Semaphore', 'BoundedSemaphore'] as const;

export type KindName = Exclude<(typeof NAMES)[number], ''>;

export function nameOfKind(kind: number): KindName {
  return NAMES[kind] as KindName;
}

/** Whether there is at most one holder, whose slot stands in the word before the line. */
export function isLock(kind: number): boolean {
  return kind === LOCK || kind === RLOCK;
}
