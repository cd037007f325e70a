/** How long a worker lives; each is Infinity unless given. */
export interface Limits {
  /** Tasks that it does. */
  readonly tasks: number;
  /** Milliseconds without a task. */
  readonly idle: number;
  /** Milliseconds from its start. */
  readonly age: number;
  /** Bytes of memory that it may have resident. */
  readonly rss: number;
}

// Reading the size of a process takes microseconds: not after every task.
const RSS_INTERVAL = 50;

/** In a worker: when it is time to end. */
export class Health {
  readonly #limits: Limits;
  readonly #born = performance.now();
  #tasks = 0;
  #rssLooked = 0;
  #told = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  countTask(): void {
    this.#tasks++;
  }

  /** Whether it has done all the tasks that it may do. */
  get isSpent(): boolean {
    return this.#tasks >= this.#limits.tasks;
  }

  /** Milliseconds that it may now wait for a task. */
  get idleFor(): number {
    const age = this.#told ? Infinity : this.#born + this.#limits.age - performance.now();
    return Math.min(this.#limits.idle, Math.max(0, age));
  }

  /** After `idleFor` milliseconds: whether it was the lack of tasks that it has waited for. */
  get isIdle(): boolean {
    return this.#told || performance.now() < this.#born + this.#limits.age;
  }

  /** Says once that a successor should be started. */
  wantsSuccessor(): boolean {
    if (this.#told || !this.#endsSoon()) return false;
    this.#told = true;
    return true;
  }

  #endsSoon(): boolean {
    const { tasks, age, rss } = this.#limits;
    return this.#tasks >= tasks || (age !== Infinity && performance.now() - this.#born >= age) || this.#isTooLarge(rss);
  }

  #isTooLarge(rss: number): boolean {
    if (rss === Infinity || performance.now() - this.#rssLooked < RSS_INTERVAL) return false;
    this.#rssLooked = performance.now();
    return process.memoryUsage.rss() > rss;
  }
}
