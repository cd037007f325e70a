import fs from 'node:fs';
import { workerData } from 'node:worker_threads';
import { setEntry } from '../closure/entry.js';
import { SystemExit } from '../errors.js';
import { nameThreadBy } from '../logging/logger.js';
import { applyLogSettings } from '../logging/stderr.js';
import { lineOf } from '../memory/death.js';
import { header, joinProgram } from '../memory/program.js';
import { enterSlot, EXIT, EXIT_BIAS, indexOf, self, slotBase } from '../memory/slots.js';
import { call } from '../memory/waiters.js';
import { bootInThread } from '../process/boot.js';
import { duringBoot } from '../process/bootstrapping.js';
import { adoptSurroundings, currentProcess } from '../process/current.js';
import { shareServer } from '../process/fork-server.js';
import { takeLuggage } from '../process/record.js';
import { nameProcess } from '../sync/names.js';
import { isLoopAlive } from '../system/loop.js';
import { lookUpAll } from '../system/libc.js';
import { nameThread, threadId } from '../system/thread.js';
import { complain, setExcepthook, tell } from './excepthook.js';
import type { Luggage, Passport } from './passport.js';
import { foreignThread, setCurrent, stateOf } from './state.js';
import type { Thread } from './thread.js';

let done = false;

/** In a thread that `startThread` has made. */
export function bootThread(): void {
  lookUpAll(); // before anybody knows of this thread, and might end it
  const passport = workerData as Passport;
  joinProgram(passport.program);
  const nativeId = threadId();
  enterSlot(passport.id, nativeId);
  nameThread(nativeId, passport.name);
  writeToDescriptors();
  process.argv = [...passport.argv];
  setEntry(passport.entry);
  shareServer(passport.server);
  adoptSurroundings(passport.surroundings);
  const me = foreignThread({ name: passport.name, daemon: passport.daemon, id: passport.id, nativeId });
  setCurrent(
    me,
    foreignThread({ name: 'MainThread', daemon: false, id: passport.main, nativeId: process.pid, kind: 'main' }),
  );
  applyLogSettings(passport.log);
  if (!passport.isChild) {
    nameThreadBy(() => me.name);
    nameProcess(() => `${currentProcess().name}|${me.name}`);
    leaveByItself(me);
  }
  sayWhenEnded();
  if (passport.forked) leaveWhenIdle();
  call(lineOf(self()), Infinity);
  if (passport.isChild) bootInThread(passport.id);
  else void run(me);
}

async function run(me: Thread): Promise<void> {
  try {
    const luggage = (await duringBoot(() => takeLuggage(self()))) as unknown as Luggage;
    setExcepthook(luggage.hook ?? null);
    await adopt(me, luggage).run();
    done = true;
  } catch (error) {
    fail(error, me);
  }
}

function adopt(me: Thread, { target, args, subclass }: Luggage): Thread {
  Object.assign(stateOf(me), { target, args });
  if (subclass) Object.assign(Object.setPrototypeOf(me, subclass.type.prototype) as object, subclass.fields);
  return me;
}

function fail(error: unknown, me: Thread): never {
  tell(error, me);
  process.exit(error instanceof SystemExit ? 0 : 1);
}

/** A thread ends when nothing is left that Node would wait for, or with an error that nobody has caught. */
function leaveByItself(me: Thread): void {
  process.on('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') === 1) fail(error, me);
  });
  process.on('beforeExit', () => {
    if (done) return;
    complain(`the target of thread '${me.name}' waits for a promise that nothing is left to settle`);
    process.exit(EXIT_UNSETTLED);
  });
}

function sayWhenEnded(): void {
  process.on('beforeExit', () => {
    // Behind the handlers that have come in the meantime.
    process.off('exit', sayEnded);
    process.on('exit', sayEnded);
  });
  process.on('exit', sayEnded);
}

/** From here on it has ended for everybody else. What is left is Node's, which in a forked process may never be done. */
function sayEnded(code: number): void {
  Atomics.compareExchange(header(), slotBase(indexOf(self())) + EXIT, 0, EXIT_BIAS + (code & 0xff));
  call(lineOf(self()), Infinity);
}

/** Milliseconds between two looks. */
const LOOK = 5;

/**
 * In a thread of a forked process Node must not find its event loop empty by itself, as in the process's main thread: it
 * would wait for V8's background threads, which were not forked along.
 */
function leaveWhenIdle(): void {
  setTimeout(() => {
    if (isBusy()) return leaveWhenIdle();
    process.emit('beforeExit', Number(process.exitCode ?? 0));
    if (isBusy()) return leaveWhenIdle();
    process.exit();
  }, LOOK);
}

function isBusy(): boolean {
  const callbacks = process.getActiveResourcesInfo().filter((type) => type === 'Timeout' || type === 'Immediate');
  return callbacks.length > 1 || isLoopAlive(); // one is the timer of this look
}

/** As Node's own, for a top-level await that nothing settles. */
const EXIT_UNSETTLED = 13;

/**
 * A worker's output goes by way of the event loop of the one who started it: late if that is busy, and never if it ends.
 * This writes it at once, as the main thread does.
 */
function writeToDescriptors(): void {
  for (const [stream, fd] of [
    [process.stdout, 1],
    [process.stderr, 2],
  ] as const) {
    Object.assign(stream, {
      _writev: undefined,
      _write: (chunk: Uint8Array | string, encoding: BufferEncoding, callback: (error?: Error | null) => void) => {
        callback(writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
      },
    });
  }
}

function writeAll(fd: number, bytes: Uint8Array): Error | null {
  for (let written = 0; written < bytes.length;) {
    try {
      written += fs.writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return error as Error;
      Atomics.wait(pause, 0, 0, 1); // whoever reads it is slower than this thread
    }
  }
  return null;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
