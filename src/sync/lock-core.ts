import { ArgumentTypeError, expected, OwnerDiedError } from '../errors.js';
import { attach, mention } from '../memory/holdings.js';
import { WORD } from '../memory/layout.js';
import { createObject } from '../memory/objects.js';
import { noteFree, noteHeld } from './left.js';
import { Mutex, type Got } from './mutex.js';

/** How a lock is made. */
export interface LockOptions {
  /**
   * What the next one gets when a process dies that held the lock: false (the default), an OwnerDiedError, and then the
   * lock is free; true, the lock, with `recovered` set until it is released.
   */
  readonly recover?: boolean | undefined;
}

/** Names a lock that exists; for the library's own. */
export interface At {
  readonly address: number;
}

/**
 * A lock that users see:
 *
 *   words 0, 1   a mutex (mutex.ts)
 *   word  2      RECOVERED: 1 while its holder has it from one who died
 *   words 3, 4   of an RLock: its owner and its depth (recursive.ts)
 */
export const LOCK_WORDS = 5;
const RECOVERED = 2;

export class LockCore extends Mutex {
  readonly recover: boolean;
  readonly object = this.address;

  constructor(kind: number, { recover = false }: LockOptions, at: At | undefined) {
    super(at?.address ?? createObject(LOCK_WORDS * WORD), kind);
    attach(this, this.address);
    this.recover = recover;
  }

  /** What it means for the caller how the lock was got; false when it was not. */
  settle(got: Got | undefined): boolean {
    if (got !== 'abandoned') return got !== undefined;
    if (!this.recover) {
      super.release();
      throw new OwnerDiedError('ERR_OWNER_DIED', 'the process that held this lock has died; the lock is free again');
    }
    this.words[this.index + RECOVERED] = 1;
    return true;
  }

  override release(): boolean {
    noteFree(this);
    if (this.words[this.index + RECOVERED] !== 0) this.words[this.index + RECOVERED] = 0;
    return super.release();
  }

  /** Whether only its owner may release it. */
  get isPersonal(): boolean {
    return false;
  }

  /** Whether the caller holds it. */
  isOwnedBy(_owner: number): boolean {
    return this.isMine();
  }

  /** Releases it altogether, and gives what `restore` needs when it has been acquired again. */
  suspend(): number {
    this.release();
    return 1;
  }

  restore(_depth: number, owner: number): void {
    noteHeld(this, owner);
  }

  acquireAgain(_owner: number): Promise<Got | undefined> {
    return this.acquire({});
  }

  acquireAgainSync(_owner: number): Got | undefined {
    return this.acquireSync();
  }

  /** Takes it only if its holder has died. */
  takeFromDead(_owner: number, patient: boolean): Got | undefined {
    const holder = this.holder;
    return holder > 0 ? this.takeFrom(holder, patient, false) : undefined;
  }

  get recovered(): boolean {
    return this.words[this.index + RECOVERED] === 1 && this.isHeld();
  }

  /** What names it in the message that is being written. */
  mentioned(): unknown {
    mention(this, this.address);
    return this.recover ? [this.address, true] : this.address;
  }
}

/** What a lock was made from, out of the message that names it. */
export function fromState(state: unknown): [LockOptions, At] {
  const [address, recover] = Array.isArray(state) ? (state as [number, boolean]) : [state as number, false];
  return [{ recover }, { address }];
}

export function checkOptions(options: LockOptions): LockOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentTypeError('ERR_LOCK_OPTIONS', `options: ${expected('an object', options)}`);
  }
  const { recover } = options;
  if (recover === undefined || typeof recover === 'boolean') return options;
  throw new ArgumentTypeError('ERR_LOCK_OPTIONS', `recover: ${expected('a boolean', recover)}`);
}
