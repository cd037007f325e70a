import fs from 'node:fs';
import { closeDescriptor } from '../system/close.js';
import { createPipe, drain } from '../system/pipe.js';

const ONE_BYTE = Buffer.of(1);

/**
 * A descriptor that is readable while something in shared memory is ready, for those who know nothing but descriptors. The
 * event loop keeps it true: `becomesReady` waits for the one change, and whoever takes something says `look`.
 */
export class Descriptor {
  readonly fd: number;
  private readonly writeEnd: number;
  private readonly isReady: () => boolean;
  private readonly becomesReady: () => Promise<unknown>;
  private isReadable = false;
  private isClosed = false;

  /** @param becomesReady rejects when there is nothing left to wait for */
  constructor(isReady: () => boolean, becomesReady: () => Promise<unknown>) {
    const { readEnd, writeEnd } = createPipe();
    this.fd = readEnd;
    this.writeEnd = writeEnd;
    this.isReady = isReady;
    this.becomesReady = becomesReady;
    void this.watch();
  }

  look(): void {
    if (!this.isReadable || this.isReady()) return;
    this.isReadable = false;
    drain(this.fd);
    void this.watch();
  }

  private async watch(): Promise<void> {
    try {
      if (!this.isReady()) await this.becomesReady();
    } catch {
      return;
    }
    if (this.isClosed) return;
    this.isReadable = true;
    fs.writeSync(this.writeEnd, ONE_BYTE);
  }

  close(): void {
    this.isClosed = true;
    closeDescriptor(this.fd);
    closeDescriptor(this.writeEnd);
  }
}
