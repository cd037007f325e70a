import { whenEnded } from '../process/children.js';
import type { Process } from '../process/process.js';
import { call } from '../memory/waiters.js';
import { oomKills } from './crash.js';
import type { Limits } from './health.js';
import type { House, Room } from './room.js';
import type { Setting } from './setting.js';
import type { Share } from './share.js';
import { LEAVE, Seat, WAIT, WORK } from './seat.js';
import { work } from './work.js';
import type { Assignment } from './worker.js';

/** How a worker ended. */
export interface Death {
  readonly worker: number;
  readonly name: string;
  readonly pid: number;
  readonly exitCode: number;
  /** What stood in its hand: see seat.ts. */
  readonly held: number;
  /** The last lines that it wrote there. */
  readonly stderr: string;
  /** Whether there was a limit on its memory. */
  readonly isLimited: boolean;
  /** How many processes the kernel had killed for want of memory when it started. */
  readonly kernelKills: number;
}

export interface CrewOptions {
  readonly size: number;
  readonly share: Share;
  readonly type: typeof Process;
  /** Names a worker by its number; they have names as all processes unless given. */
  readonly nameOf: ((worker: number) => string) | undefined;
  readonly initializer: Assignment['initializer'];
  readonly initargs: readonly unknown[];
  readonly limits: Limits;
  /** Where what the workers print goes. */
  readonly house: House;
  /** What surrounds the work of each of them, but for where it prints. */
  readonly setting: Omit<Setting, 'stdout' | 'stderr'>;
  onStart(worker: number, process: Process): void;
  /** Called when a worker has ended, and its number and seat are still its own: receives all that it has said. */
  hear(): void;
  /** Called when others may have them. */
  onEnd(death: Death): void;
  /** Called when a worker cannot be started. */
  onFailure(error: unknown): void;
}

interface Member {
  readonly number: number;
  readonly process: Process;
  /** Takes the place of this one, and waits until that is free. */
  successor: Member | undefined;
  predecessor: Member | undefined;
  hasLeft: boolean;
}

/** The worker processes of a pool. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Map<number, Member>();
  readonly #seats: Seat[] = [];
  #isStopping = false;
  #isTerminated = false;
  #resolveEnded: () => void = () => {};
  /** Resolves when all workers have ended and no other takes their place. */
  readonly ended: Promise<void>;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /** How many workers there are that take tasks, or soon will. */
  get size(): number {
    let size = 0;
    for (const { predecessor, hasLeft } of this.#members.values()) if (predecessor === undefined && !hasLeft) size++;
    return size;
  }

  /** The seat of the worker with this number, and of those that had it before. A worker and its successor have two. */
  seat(number: number): Seat {
    return (this.#seats[number] ??= new Seat());
  }

  /** The numbers of the workers that live, but for one. */
  *others(worker: number): Iterable<number> {
    for (const other of this.#members.keys()) if (other !== worker) yield other;
  }

  /** Starts workers until there are so many, or as many as the pool may have. */
  staff(wanted: number): void {
    if (this.#isStopping) return;
    for (let size = this.size; size < Math.min(wanted, this.#options.size); size++) this.#hire(undefined);
  }

  /** A worker has said that it will end soon: another gets ready for its place. */
  succeed(worker: number): void {
    const member = this.#members.get(worker);
    if (member && !member.successor && !this.#isStopping) member.successor = this.#hire(member);
  }

  /** A worker is ready for its predecessor's place. */
  ready(worker: number): void {
    const predecessor = this.#members.get(worker)?.predecessor;
    if (predecessor) this.#order(predecessor, LEAVE);
  }

  /** A worker takes no more tasks. */
  left(worker: number): void {
    const member = this.#members.get(worker);
    if (!member || member.hasLeft) return;
    member.hasLeft = true;
    this.#promote(member);
  }

  kill(worker: number): void {
    const process = this.#members.get(worker)?.process;
    if (process && process.pid !== null) process.kill();
  }

  dispose(): void {
    for (const seat of this.#seats) seat.dispose();
    this.#options.house.close();
  }

  /** Lets the workers end when they have done what they have in hand. */
  dismiss(): void {
    this.#isStopping = true;
    for (const member of this.#members.values()) this.#order(member, LEAVE);
    this.#lookEnded();
  }

  /** Ends the workers at once, also those that would rather not. */
  terminate(graceMs: number): void {
    this.#isStopping = true;
    this.#isTerminated = true;
    for (const { process } of this.#members.values()) if (process.pid !== null) process.terminate();
    const kill = setTimeout(() => {
      for (const { process } of this.#members.values()) if (process.pid !== null) process.kill();
    }, graceMs).unref();
    void this.ended.then(() => clearTimeout(kill));
    this.#lookEnded();
  }

  #hire(predecessor: Member | undefined): Member {
    const { share, type, nameOf, initializer, initargs, limits } = this.#options;
    let number = 0;
    while (this.#members.has(number)) number++;
    const seat = this.seat(number);
    seat.lay(predecessor ? WAIT : WORK);
    const room = this.#options.house.room();
    const setting: Setting = { ...this.#options.setting, stdout: room.stdout, stderr: room.stderr };
    const assignment: Assignment = { share, number, seat: seat.address, initializer, initargs, limits, setting };
    const process = new type({ target: work, args: [assignment], daemon: true });
    process.name = nameOf?.(number) ?? process.name.replace('Process', 'PoolWorker');
    room.open(process.name);
    const member: Member = { number, process, predecessor, successor: undefined, hasLeft: false };
    this.#members.set(number, member);
    void this.#live(member, room);
    return member;
  }

  async #live(member: Member, room: Room): Promise<void> {
    const { number, process } = member;
    const kernelKills = oomKills();
    try {
      await process.start();
      this.#options.onStart(number, process);
      if (this.#isStopping) this.#order(member, LEAVE);
      if (this.#isTerminated) process.kill();
      await whenEnded(process);
      const stderr = (await room.leave()) ?? this.seat(number).text;
      // Before anybody can have its number: a word of the dead would count as the new one's, who also clears the seat.
      this.#options.hear();
      const { held } = this.seat(number);
      this.#release(member);
      this.#options.onEnd({
        worker: number,
        name: process.name,
        pid: process.pid!,
        exitCode: process.exitCode!,
        held,
        stderr,
        isLimited: this.#options.setting.memoryLimit !== Infinity,
        kernelKills,
      });
    } catch (error) {
      this.#release(member);
      await room.leave();
      this.#options.onFailure(error);
    } finally {
      process.close();
      this.#lookEnded();
    }
  }

  #release(member: Member): void {
    this.#members.delete(member.number);
    member.hasLeft = true;
    if (member.predecessor) member.predecessor.successor = undefined;
    this.#promote(member);
  }

  /** Its successor takes its place. */
  #promote({ successor }: Member): void {
    if (successor?.predecessor === undefined) return;
    successor.predecessor = undefined;
    this.#order(successor, this.#isStopping ? LEAVE : WORK);
  }

  #order({ number }: Member, order: number): void {
    const { share } = this.#options;
    this.seat(number).order = order;
    // Those who wait for tasks stand in one line: all of them look up, and those who are not meant wait on.
    if (order === LEAVE) call(share.tasks.messages, Infinity);
  }

  #lookEnded(): void {
    if (this.#isStopping && this.#members.size === 0) this.#resolveEnded();
  }
}
