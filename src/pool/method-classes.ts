import { ForkProcess, ForkServerProcess, SpawnProcess } from '../process/method-classes.js';
import { Pool } from './pool.js';

/** A pool whose workers are forked from the fork server, whatever the default is. */
export class ForkServerPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = ForkServerProcess;
}

/** A pool whose workers are forked from the process that makes it, whatever the default is. */
export class ForkPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = ForkProcess;
}

/** A pool whose workers are fresh Nodes, whatever the default is. */
export class SpawnPool<Init extends readonly unknown[] = readonly unknown[]> extends Pool<Init> {
  static override readonly workerType = SpawnProcess;
}
