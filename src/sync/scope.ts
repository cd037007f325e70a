/**
 * What may end the waits of a coroutine from outside, whatever they are for. This library finds it here; who has
 * coroutines that can be ended says where it is.
 */
export interface Scope {
  /**
   * Begins a wait, which `giveUp` ends; the function that is returned says that it has ended by itself.
   *
   * @throws what the coroutine is to end with, if it was told so while it did not wait
   */
  begin(giveUp: (reason: unknown) => void): () => void;
}

let currentScope: (() => Scope | undefined) | undefined;

export function findScopesBy(find: () => Scope | undefined): void {
  currentScope = find;
}

/** To be called at the beginning of each wait that is awaited. */
export function beginWait(giveUp: (reason: unknown) => void): (() => void) | undefined {
  return currentScope?.()?.begin(giveUp);
}
