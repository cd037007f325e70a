/** Longer ones are rare, and read for so long that it does not matter what it takes to make a view. */
const KEPT_BELOW = 256;

/**
 * The first bytes of some memory. Messages of one kind are about as long as each other, and to make a view anew takes longer
 * than to read a short message: the views are kept, by their lengths.
 */
export class Prefixes {
  private readonly whole: Uint8Array;
  private readonly kept: (Uint8Array | undefined)[] = new Array<undefined>(KEPT_BELOW).fill(undefined);

  constructor(whole: Uint8Array) {
    this.whole = whole;
  }

  of(length: number): Uint8Array {
    if (length >= KEPT_BELOW) return this.whole.subarray(0, length);
    return (this.kept[length] ??= this.whole.subarray(0, length));
  }
}
