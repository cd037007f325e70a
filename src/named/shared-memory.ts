import { ArgumentTypeError, expected, OSError, ValueError } from '../errors.js';
import { handle, registerHandle } from '../memory/handle.js';
import { mention } from '../memory/holdings.js';
import { createRegion, openRegion } from '../memory/region.js';
import { randomBytes } from '../system/random.js';
import { checkName } from './folder.js';
import { createNamed, createUnnamed, createUnwatched, openNamed, unlinkSegment, type Segment } from './segment.js';

/** Which memory: of what name, new or there, of what size in bytes. */
export interface SharedMemoryOptions {
  /** Of what is to be opened, or created; a new one without a name gets one that says whose it is. */
  readonly name?: string | null | undefined;
  /** Creates it; otherwise one that exists is opened. */
  readonly create?: boolean | undefined;
  /** Bytes of a new one. */
  readonly size?: number | undefined;
  /**
   * Whether it is removed when this program ends, if it is still there: true for what is created, and false for what is
   * only opened, unless said otherwise.
   */
  readonly track?: boolean | undefined;
}

/** An address in the program's own memory, in place of a name. */
interface Anonymous {
  readonly address: number;
  readonly buffer: ArrayBuffer;
}

/**
 * Memory that processes share by a name: also with Python, whose `multiprocessing.shared_memory` opens the same name. The
 * object travels anywhere a value does, and is attached to the same memory there. What a program has created and not
 * unlinked is removed when the program ends, however it ends.
 *
 * `SharedMemory.anonymous(size)` has no name: it is given back when nobody refers to it any more.
 *
 * @example
 * using frames = new SharedMemory({ name: 'frames', create: true, size: 640 * 480 });
 * frames.buf![0] = 255;
 * // python3 -c "from multiprocessing.shared_memory import *; print(SharedMemory('frames').buf[0])"
 * frames.unlink();
 *
 * @throws {ValueError} ERR_SHARED_MEMORY_NAME, ERR_SHARED_MEMORY_SIZE
 * @throws {FileExistsError} ERR_FILE_EXISTS
 * @throws {FileNotFoundError} ERR_FILE_NOT_FOUND
 * @throws {OutOfMemoryError} ERR_OUT_OF_MEMORY: the machine, or /dev/shm, is full
 * @see https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.shared_memory.SharedMemory
 */
export class SharedMemory {
  readonly #from: Segment | Anonymous;
  #bytes: Uint8Array<ArrayBuffer> | null;

  /** With `create`, new memory of `size` bytes; otherwise that of this `name`, which exists already. */
  constructor(options: SharedMemoryOptions = {}, from: Segment | Anonymous = segmentFor(options)) {
    this.#from = from;
    this.#bytes = new Uint8Array(from.buffer);
  }

  /** Memory without a name. `size` is in bytes. */
  static anonymous(size: number): SharedMemory {
    const address = createRegion(checkSize(size));
    return new SharedMemory({}, { address, buffer: openRegion(address, size) });
  }

  /** Its bytes; null after `close`. */
  get buf(): Uint8Array<ArrayBuffer> | null {
    return this.#bytes;
  }

  /** null: it has none. */
  get name(): string | null {
    return 'name' in this.#from ? this.#from.name : null;
  }

  /** In bytes. */
  get size(): number {
    return this.#from.buffer.byteLength;
  }

  /**
   * Detaches this object; others stay attached. The memory stays mapped for as long as somebody refers to `buf` or a view
   * of it.
   */
  close(): void {
    this.#bytes = null;
  }

  /**
   * Removes the name, for everybody. The memory itself lives until the last one that has it open is gone.
   *
   * @throws {FileNotFoundError} ERR_FILE_NOT_FOUND: it has been removed already
   */
  unlink(): void {
    if (this.name !== null) unlinkSegment(this.name);
  }

  /** Closes it; the memory stays until somebody unlinks it. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As in Python: `SharedMemory('frames', size=307200)`. */
  toString(): string {
    return `SharedMemory(${this.name === null ? 'None' : `'${this.name}'`}, size=${this.size})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }

  [handle](): [string, unknown] {
    if (this.#bytes === null) throw new OSError('ERR_SHARED_MEMORY_CLOSED', `${String(this)} has been closed`);
    if ('name' in this.#from) return ['SharedMemory', this.#from.name];
    mention(this.#from.buffer, this.#from.address);
    return ['SharedMemory', [this.#from.address, this.size]];
  }
}

registerHandle('SharedMemory', (state) => {
  if (typeof state === 'string') return new SharedMemory({ name: state });
  const [address, size] = state as [number, number];
  return new SharedMemory({}, { address, buffer: openRegion(address, size) });
});

function segmentFor({ name, create = false, size, track = create }: SharedMemoryOptions): Segment {
  const known = name === undefined || name === null ? undefined : checkName(name);
  for (const [key, value] of Object.entries({ create, track })) {
    if (typeof value !== 'boolean')
      throw new ArgumentTypeError('ERR_SHARED_MEMORY_OPTIONS', `${key}: ${expected('a boolean', value)}`);
  }
  if (!create) {
    if (known !== undefined) return openNamed(known, track);
    throw new ValueError('ERR_SHARED_MEMORY_NAME', "'name' can only be missing if create is true");
  }
  const bytes = checkSize(size);
  if (!track) return createUnwatched(known ?? `psm_${Buffer.from(randomBytes(4)).toString('hex')}`, bytes);
  return known === undefined ? createUnnamed(bytes) : createNamed(known, bytes);
}

function checkSize(size: unknown): number {
  if (Number.isSafeInteger(size) && (size as number) > 0) return size as number;
  throw new ValueError(
    'ERR_SHARED_MEMORY_SIZE',
    `'size' must be a positive number different from zero: ${expected('bytes', size)}`,
  );
}
