/**
 * The program of the fork server: `node --single-threaded --v8-pool-size=1 server.js manyfold-forkserver SLOT SETTINGS`,
 * with the program's memory as descriptor 3.
 */
// Whatever a child may be sent has to be known to it before.
import './everything.js';
import { adoptMemory, INHERITED_FD } from '../memory/program.js';
import { enterSlot, self } from '../memory/slots.js';
import { lineOf } from '../memory/death.js';
import { call } from '../memory/waiters.js';
import { setParentDeathSignal } from '../system/child.js';
import { keepFreedMemory } from '../system/allocator.js';
import { becomeNewProcess } from '../system/generation.js';
import { startThreadPool, unexpectedThreads } from '../system/threads.js';
import { bootForked, prepareForked } from '../process/boot.js';
import { duringBoot } from '../process/bootstrapping.js';
import { openServer, serve } from '../process/serve.js';
import { applySettings, takeSettings } from '../process/settings.js';
import { EXIT_CANNOT_FORK, leaveWithoutParent } from '../process/launch.js';
import os from 'node:os';

const { SIGKILL } = os.constants.signals;

const [id, settings, creatorPid] = process.argv.slice(3).map(Number) as [number, number, number];
setParentDeathSignal(SIGKILL);
leaveWithoutParent(creatorPid);

adoptMemory(INHERITED_FD);
enterSlot(id);
const program = takeSettings(settings);
applySettings(program);
// What goes wrong ends it, as it would at the top of a module; the text of embedded-programs.ts can have no `await` there.
run().catch((error: unknown) =>
  process.nextTick(() => {
    throw error;
  }),
);

async function run(): Promise<void> {
  await duringBoot(() => preloadModules(program.preload));

  keepFreedMemory(); // the children inherit it
  await startThreadPool();
  if (unexpectedThreads() > 0) process.exit(EXIT_CANNOT_FORK);
  await prepareForked();
  const server = openServer();
  call(lineOf(self()), Infinity);
  const parent = process.pid;
  // For each of its children at once: what it does from now on leaves nothing that they would have to forget, but bells.
  becomeNewProcess();
  const child = serve(server);
  // From here on in a forked child.
  bootForked(parent, child);
}

/** As CPython does, a module that cannot be preloaded is left to the children, who see the error where they need it. */
async function preloadModules(modules: readonly string[]): Promise<void> {
  for (const module of modules) await import(module).catch(() => {});
}
