import { pack } from '../channel/message.js';
import type { Taken } from '../channel/store.js';
import { call } from '../memory/waiters.js';
import { waitAsync } from '../sync/await.js';
import { spin } from '../sync/spin.js';
import { waitAsleep, type Waitable } from '../sync/wait.js';
import { beginTask, endTask } from './current-task.js';
import { Health, type Limits } from './health.js';
import { asOutcome, packError, type Outcome } from './outcome.js';
import { perform } from './perform.js';
import { settleIn, type Setting } from './setting.js';
import { BROKEN, DONE, FAILED, LEFT, PART, READY, REPORT, RETIRING, SKIPPED, type Share } from './share.js';
import { LEAVE, Seat, WAIT } from './seat.js';
import type { Target } from './targets.js';
import { openLink, type TaskLink } from './task-link.js';
import { now } from '../system/clock.js';
import { Ticket } from './ticket.js';
import { PARTS_AHEAD, type Send } from './yields.js';

/** What a worker starts with. */
export interface Assignment {
  readonly share: Share;
  /** Its number, by which the pool knows it, and the address of its seat. */
  readonly number: number;
  readonly seat: number;
  readonly initializer: Target | undefined;
  readonly initargs: readonly unknown[];
  readonly limits: Limits;
  readonly setting: Setting;
}

// While tasks come without a pause, the event loop still gets its turn this often, in milliseconds.
const TURN = 5;

// A task that follows at once finds its worker awake in the kernel, which takes microseconds; then the loop takes over.
const DOZE = 0.2;

/** The life of a pool's worker: takes one task after the other, until it is told to stop. */
export async function liveAsWorker(assignment: Assignment): Promise<void> {
  const { share, number, initializer, initargs, limits, setting } = assignment;
  const seat = new Seat(assignment.seat);
  settleIn(setting, seat);
  try {
    await initializer?.(...initargs);
  } catch (error) {
    share.results.put(packError(error), number, BROKEN);
    return;
  }
  await new Worker(share, number, seat, limits).work();
}

class Worker {
  readonly #share: Share;
  readonly #number: number;
  readonly #seat: Seat;
  readonly #health: Health;
  readonly #ticket = new Ticket();
  readonly #tasks: Waitable<Taken | 'leave'>;
  readonly #tasksToKeep: Waitable<Taken | 'leave'>;
  #partsSent = 0;
  /** When the event loop had its last turn, and when the last task ended. */
  #turned = 0;
  #ended = 0;

  constructor(share: Share, number: number, seat: Seat, limits: Limits) {
    this.#share = share;
    this.#number = number;
    this.#seat = seat;
    this.#health = new Health(limits);
    const line = share.tasks.messages;
    const { hand } = this.#seat;
    const take = (): Taken | 'leave' | undefined => (this.#mustLeave() ? 'leave' : share.tasks.take(hand));
    const takeToKeep = (): Taken | 'leave' | undefined => (this.#mustLeave() ? 'leave' : share.tasks.takeToKeep(hand));
    this.#tasks = { line, cares: false, newestFirst: true, attempt: take };
    this.#tasksToKeep = { line, cares: false, newestFirst: true, attempt: takeToKeep };
  }

  async work(): Promise<void> {
    await this.#waitForOrder();
    this.#seat.sitDown();
    this.#turned = now();
    for (;;) {
      const task = this.#look() ?? waitAsleep(this.#tasks, DOZE) ?? (await this.#wait());
      if (task === 'leave') break;
      if (task === undefined) continue;
      const goesOn = this.#perform(task);
      if (!(goesOn instanceof Promise ? await goesOn : goesOn) || this.#health.isSpent) break;
      if (!this.#isLoopDue) continue;
      await new Promise(setImmediate);
      this.#turned = this.#ended;
    }
    this.#leave();
  }

  /** Looks for a moment before it lies down: one that is awake takes the next task sooner than one that has to be called. */
  #look(): Taken | 'leave' | undefined {
    const next = this.#reach();
    if (next !== undefined) return next;
    this.#seat.look();
    const seen = spin(this.#reach);
    if (seen === undefined) this.#seat.lookAway();
    return seen;
  }

  readonly #reach = (): Taken | 'leave' | undefined => {
    if (this.#share.tasks.isEmpty) return this.#mustLeave() ? 'leave' : undefined;
    this.#seat.reach();
    const taken = this.#tasks.attempt(false);
    if (taken === undefined) this.#seat.look(); // another one was quicker
    return taken;
  };

  /** A successor is ready before the one it follows has ended. */
  async #waitForOrder(): Promise<void> {
    if (this.#seat.order !== WAIT) return;
    this.#tell(READY);
    const attempt = (): true | undefined => this.#seat.order !== WAIT || undefined;
    await waitAsync({ line: this.#seat.line, cares: false, attempt });
  }

  /** undefined when it is time to look after its health. */
  async #wait(): Promise<Taken | 'leave' | undefined> {
    const task = await waitAsync(this.#tasksToKeep, { timeout: this.#health.idleFor });
    if (task !== undefined) return task;
    if (this.#health.isIdle) return 'leave';
    this.#lookAfterHealth();
    return undefined;
  }

  get #isLoopDue(): boolean {
    return this.#ended - this.#turned >= TURN;
  }

  #mustLeave(): boolean {
    return this.#seat.order === LEAVE;
  }

  #leave(): void {
    // Whoever called it, or relied on it, may have meant a task that is there: that is another's now.
    this.#seat.lookAway();
    call(this.#share.tasks.messages);
    this.#tell(LEFT);
  }

  #tell(note: number): void {
    this.#share.results.put(pack(null), this.#number, note);
  }

  #lookAfterHealth(): void {
    if (this.#health.wantsSuccessor()) this.#tell(RETIRING);
  }

  /** Whether it may take another task. */
  #perform(task: Taken): boolean | Promise<boolean> {
    if (task.tag === 0) return this.#seat.putDown(task.number); // no task, see `isTaskNumber`
    const ticket = this.#ticket.show(task.tag);
    const started = now();
    if (!ticket.begin(this.#number, started)) {
      this.#share.results.put(pack(null), task.tag, SKIPPED);
      return this.#seat.putDown(task.number);
    }
    this.#health.countTask();
    this.#lookAfterHealth();
    this.#partsSent = 0;
    beginTask(this.#openLink);
    const outcome = perform(task, ticket, this.#sendPart);
    if (outcome instanceof Promise) return outcome.then((value) => this.#finish(task, started, value));
    return this.#finish(task, started, outcome);
  }

  #finish(task: Taken, started: number, outcome: Outcome): boolean {
    endTask();
    this.#ended = now();
    this.#ticket.took = this.#ended - started;
    const { isDone, bytes } = asOutcome(outcome);
    // Whoever gets the result may have the next task there before this one has come to look for it.
    if (!this.#isLoopDue && !this.#health.isSpent) this.#seat.look();
    this.#share.results.put(bytes, task.tag, isDone ? DONE : FAILED);
    return this.#seat.putDown(task.number) || this.#awaitKill();
  }

  /** Somebody is about to kill this worker for a task that it has just finished. */
  #awaitKill(): false {
    setInterval(() => {}, 1000);
    return false;
  }

  readonly #sendPart: Send = async (part) => {
    const ticket = this.#ticket;
    const hasRoom = (): true | undefined =>
      ticket.isAborted || this.#partsSent - ticket.partsRead < PARTS_AHEAD || undefined;
    if (!hasRoom()) await waitAsync({ line: ticket.roomLine, cares: false, attempt: hasRoom });
    if (ticket.isAborted) return false;
    this.#share.results.put(pack(part), ticket.address, PART);
    this.#partsSent++;
    return true;
  };

  readonly #openLink = (): TaskLink => {
    const ticket = new Ticket().show(this.#ticket.address);
    return openLink(ticket, (value) => this.#share.results.put(pack(value), ticket.address, REPORT));
  };
}
