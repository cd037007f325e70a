/**
 * Does nothing: a program of ours needs no preparation to be started from an executable of its own. Here for programs
 * that come from Python.
 *
 * @example
 * freezeSupport();
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.freeze_support
 */
export function freezeSupport(): void {}
