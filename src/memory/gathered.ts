import { PicklingError } from '../errors.js';
import { letterOf, mentionsOf, type Mentions } from './letter.js';

/** A large buffer of the user's in the middle of what has been written: `written` goes on behind it at `next`. */
export interface Inset {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly at: number;
  readonly next: number;
}

/**
 * A message that is not in one place: large buffers in it lie where the user has them, so that they are copied once only,
 * to where the message is stored. To be stored before anybody can change them.
 */
export class Gathered {
  readonly length: number;
  mentions: Mentions | undefined;
  private readonly written: Uint8Array;
  private readonly insets: readonly Inset[];

  constructor(written: Uint8Array, insets: readonly Inset[]) {
    this.written = written;
    this.insets = insets;
    let length = written.length;
    for (const inset of insets) length += inset.length - (inset.next - inset.at);
    this.length = length;
  }

  copyTo(target: Uint8Array, offset: number): void {
    let from = 0;
    let to = offset;
    const add = (bytes: Uint8Array): void => {
      target.set(bytes, to);
      to += bytes.length;
    };
    for (const { bytes, length, at, next } of this.insets) {
      // A getter may have done so, after its buffer had been written.
      if (bytes.length !== length)
        throw new PicklingError('ERR_PICKLE_DETACHED', 'a buffer of the message was resized or transferred meanwhile');
      add(this.written.subarray(from, at));
      add(bytes);
      from = next;
    }
    add(this.written.subarray(from));
  }

  /** All of it in one place. */
  slice(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    this.copyTo(bytes, 0);
    return this.mentions === undefined ? bytes : letterOf(bytes, this.mentions);
  }
}

/** The bytes of a message: in one place, or not yet. */
export type Packed = Uint8Array | Gathered;

export function copyPacked(packed: Packed, target: Uint8Array, offset: number): void {
  if (packed instanceof Gathered) packed.copyTo(target, offset);
  else target.set(packed, offset);
}

/** What a message refers to; undefined for most of them. */
export function mentionedIn(packed: Packed): Mentions | undefined {
  return packed instanceof Gathered ? packed.mentions : mentionsOf(packed);
}
