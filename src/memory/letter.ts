/** The objects that a message refers to: as addresses, and as what keeps them until the message is stored. */
export interface Mentions {
  readonly addresses: readonly number[];
  readonly holders: readonly object[];
}

/** The bytes of a message that mentions objects. These are kept for as long as the bytes or a copy of them are there. */
class Letter extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  mentions: Mentions | undefined;

  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return letterOf(super.slice(start, end), this.mentions!);
  }
}

export function letterOf(bytes: Uint8Array, mentions: Mentions): Uint8Array<ArrayBuffer> {
  const letter = new Letter(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  letter.mentions = mentions;
  return letter;
}

/** undefined for the bytes of all other messages. */
export function mentionsOf(bytes: Uint8Array): Mentions | undefined {
  return bytes instanceof Letter ? bytes.mentions : undefined;
}
