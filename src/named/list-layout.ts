import { expected, OSError, ArgumentTypeError, ValueError } from '../errors.js';

/** What a list holds: whole numbers and bigints are 64-bit integers, other numbers doubles. */
export type Item = string | number | bigint | boolean | null | Uint8Array;

/**
 * A list as CPython lays it out, of n items:
 *
 *   int64        n
 *   int64{n+1}   where each item's slot begins in the data, and where the last one ends
 *   data         slots: 8 bytes, or for texts and bytes a multiple of 8 that is larger than their length
 *   8s{n}        the format of each, as Python's struct has it
 *   int8{n}      what is to be done after reading: 0 nothing, 1 it is text, 2 bytes, 3 null
 */
const WORD = 8;
const PLAIN = 0;
const TEXT = 1;
const BYTES = 2;
const NULL = 3;

const INTEGER = 'q';
const DOUBLE = 'd';
const BOOLEAN = 'xxxxxxx?';
const NONE = 'xxxxxx?x';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

export function bytesFor(items: readonly Item[]): number {
  const slots = items.reduce<number>((sum, item) => sum + slotFor(item), 0);
  return (items.length + 2) * WORD + slots + items.length * (WORD + 1);
}

/** As CPython's, which goes by the number of characters; but never less than their bytes need. */
function slotFor(item: Item): number {
  if (typeof item !== 'string' && !(item instanceof Uint8Array)) return WORD;
  const characters = typeof item === 'string' ? item.replaceAll(/[^]/gu, ' ').length : item.length;
  const bytes = Buffer.byteLength(item);
  return WORD * Math.max(Math.floor(characters / WORD) + 1, Math.ceil(bytes / WORD));
}

export class ListLayout {
  readonly length: number;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.length = bytes.length < 2 * WORD ? -1 : Number(this.view.getBigInt64(0, true));
    if (this.length < 0 || this.codes + this.length > bytes.length) {
      throw new OSError('ERR_NO_SHAREABLE_LIST', 'this shared memory holds no ShareableList');
    }
  }

  static write(bytes: Uint8Array<ArrayBuffer>, items: readonly Item[]): ListLayout {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    view.setBigInt64(0, BigInt(items.length), true);
    items.forEach((item, place) => {
      offset += slotFor(item);
      view.setBigInt64((place + 2) * WORD, BigInt(offset), true);
    });
    const layout = new ListLayout(bytes);
    items.forEach((item, place) => layout.set(place, item));
    return layout;
  }

  get(place: number): Item {
    const at = this.start(place);
    const slot = this.bytes.subarray(at, this.end(place));
    switch (this.view.getInt8(this.codes + place)) {
      case TEXT:
        return Buffer.from(withoutZeros(slot)).toString();
      case BYTES:
        return Uint8Array.from(withoutZeros(slot));
      case NULL:
        return null;
      default:
        return this.plain(place, at);
    }
  }

  private plain(place: number, at: number): Item {
    const format = this.format(place);
    if (format === DOUBLE) return this.view.getFloat64(at, true);
    if (format === BOOLEAN) return this.view.getUint8(at + WORD - 1) !== 0;
    const integer = this.view.getBigInt64(at, true);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }

  /** @throws {ValueError} ERR_ITEM_TOO_LONG; the item stays as it was then */
  set(place: number, item: Item): void {
    const at = this.start(place);
    const room = this.end(place) - at;
    const { format, code, bytes } = encode(item, room);
    if (bytes.length > room) throw new ValueError('ERR_ITEM_TOO_LONG', 'bytes/str item exceeds available storage');
    this.bytes.fill(0, at, at + room).set(bytes, at);
    const name = this.formats + place * WORD;
    this.bytes.fill(0, name, name + WORD).set(Buffer.from(format), name);
    this.view.setInt8(this.codes + place, code);
  }

  /** As Python's `struct` has it. */
  format(place: number): string {
    const name = this.formats + place * WORD;
    return Buffer.from(withoutZeros(this.bytes.subarray(name, name + WORD))).toString();
  }

  private start(place: number): number {
    return this.data + Number(this.view.getBigInt64((place + 1) * WORD, true));
  }

  private end(place: number): number {
    return this.start(place + 1);
  }

  private get data(): number {
    return (this.length + 2) * WORD;
  }

  private get formats(): number {
    return this.data + Number(this.view.getBigInt64((this.length + 1) * WORD, true));
  }

  private get codes(): number {
    return this.formats + this.length * WORD;
  }
}

/** As in Python: what ends with zeros loses them. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

function encode(item: Item, room: number): { format: string; code: number; bytes: Uint8Array } {
  if (typeof item === 'string') return { format: `${room}s`, code: TEXT, bytes: Buffer.from(item) };
  if (item instanceof Uint8Array) return { format: `${room}s`, code: BYTES, bytes: item };
  const bytes = new Uint8Array(WORD);
  if (item === null) return { format: NONE, code: NULL, bytes };
  if (typeof item === 'boolean') {
    bytes[WORD - 1] = Number(item);
    return { format: BOOLEAN, code: PLAIN, bytes };
  }
  const isInteger = typeof item === 'bigint' || (Number.isSafeInteger(item) && !Object.is(item, -0));
  if (isInteger) new DataView(bytes.buffer).setBigInt64(0, BigInt(item), true);
  else new DataView(bytes.buffer).setFloat64(0, item, true);
  return { format: isInteger ? INTEGER : DOUBLE, code: PLAIN, bytes };
}

/**
 * @throws {TypeError} ERR_ITEM_TYPE
 * @throws {ValueError} ERR_ITEM_RANGE
 */
export function checkItem(item: unknown): Item {
  if (typeof item === 'bigint' && (item < MIN || item > MAX)) {
    throw new ValueError('ERR_ITEM_RANGE', `an integer of a ShareableList has 64 bits: ${expected('less', item)}`);
  }
  const fits = item === null || item instanceof Uint8Array || FITTING.has(typeof item);
  if (fits) return item as Item;
  throw new ArgumentTypeError(
    'ERR_ITEM_TYPE',
    `item: ${expected('a string, a number, a bigint, a boolean, null or bytes', item)}`,
  );
}

const FITTING = new Set(['string', 'number', 'bigint', 'boolean']);
