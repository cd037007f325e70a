import type { Row } from '../row.js';
import { firstClosure, laterClosure } from './closure.js';
import { contention } from './contention.js';
import { queueCrowds } from './crowd.js';
import { importLibrary } from './import.js';
import { foughtLock, freeLock, sharedCounter, sharedCounters } from './locks.js';
import { localQueue } from './local-queue.js';
import { echoMegabyte } from './megabyte.js';
import { managerPipelined, managerSet } from './manager.js';
import { memory } from './memory.js';
import { mapInChunks, mapOneByOne } from './pool-map.js';
import { manyWorkers, overhead } from './pool-scale.js';
import { taskLatency, tasksInFlight } from './pool-tasks.js';
import { transfers } from './pool-transfer.js';
import { realWork } from './pool-work.js';
import { oneWayQueue } from './queue.js';
import { firstRoundTrips, roundTrip } from './round-trip.js';
import { start } from './start.js';

/** All rows, in the order of the report. */
export const rows: readonly Row[] = [
  start,
  memory,
  freeLock,
  foughtLock,
  sharedCounter,
  ...sharedCounters,
  ...contention,
  roundTrip,
  firstRoundTrips,
  echoMegabyte,
  oneWayQueue,
  ...queueCrowds,
  localQueue,
  managerSet,
  managerPipelined,
  mapInChunks,
  mapOneByOne,
  tasksInFlight,
  taskLatency,
  ...transfers,
  overhead,
  manyWorkers,
  ...realWork,
  firstClosure,
  laterClosure,
  importLibrary,
];
