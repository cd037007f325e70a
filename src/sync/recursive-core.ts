import { waitAsync, type AwaitOptions } from './await.js';
import { RLOCK } from './kinds.js';
import { noteHeld } from './left.js';
import { LockCore, type At, type LockOptions } from './lock-core.js';
import type { Got } from './mutex.js';
import { waitSync } from './wait.js';
import type { Waitable } from './waitable.js';

/**
 * A lock that its owner may acquire again: two words more (lock-core.ts), which only the process that holds it writes. Who
 * takes it over from a dead one writes them anew.
 *
 *   word 3   OWNED_BY: who of the holder's process owns it (owner.ts)
 *   word 4   DEPTH: how many times it was acquired
 */
const OWNED_BY = 3;
const DEPTH = 4;

export class RecursiveCore extends LockCore {
  constructor(options: LockOptions, at: At | undefined) {
    super(RLOCK, options, at);
  }

  acquireBy(owner: number, options: AwaitOptions): Promise<Got | undefined> {
    // Not behind those of this process who wait until this owner releases it.
    return this.enterAgain(owner) ? Promise.resolve('free') : waitAsync(this.for(owner), options);
  }

  acquireSyncBy(owner: number, timeout?: number): Got | undefined {
    return this.attemptBy(owner, false) ?? waitSync(this.for(owner), timeout);
  }

  private for(owner: number): Waitable<Got> {
    const { line, cares, kind, object } = this;
    return {
      line,
      cares,
      kind,
      object,
      attempt: (patient, called) => this.attemptBy(owner, patient, called),
      glance: () => this.glance(),
    };
  }

  private attemptBy(owner: number, patient: boolean, called?: boolean): Got | undefined {
    if (this.enterAgain(owner)) return 'free';
    const got = this.attempt(patient, called);
    if (got !== undefined) this.enter(owner);
    return got;
  }

  private enter(owner: number): void {
    this.words[this.index + OWNED_BY] = owner;
    this.words[this.index + DEPTH] = 1;
    noteHeld(this, owner);
  }

  private enterAgain(owner: number): boolean {
    if (!this.isOwnedBy(owner)) return false;
    this.words[this.index + DEPTH]!++;
    return true;
  }

  override get isPersonal(): boolean {
    return true;
  }

  override isOwnedBy(owner: number): boolean {
    return this.isMine() && this.words[this.index + OWNED_BY] === owner;
  }

  /** One level; the caller is the owner. */
  leave(): void {
    if (--this.words[this.index + DEPTH]! === 0) this.release();
  }

  get depth(): number {
    return this.words[this.index + DEPTH]!;
  }

  override suspend(): number {
    const { depth } = this;
    this.release();
    return depth;
  }

  /** Others of the same owner may have acquired it as well by now. */
  override restore(depth: number, _owner: number): void {
    this.words[this.index + DEPTH]! += depth - 1;
  }

  override acquireAgain(owner: number): Promise<Got | undefined> {
    return this.acquireBy(owner, {});
  }

  override acquireAgainSync(owner: number): Got | undefined {
    return this.acquireSyncBy(owner);
  }

  override takeFromDead(owner: number, patient: boolean): Got | undefined {
    const got = super.takeFromDead(owner, patient);
    if (got !== undefined) this.enter(owner);
    return got;
  }
}
