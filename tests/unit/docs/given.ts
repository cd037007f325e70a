/** What the examples of the reference take as given: what a program around them would have. */
export const given = `
import type { Connection } from 'manyfold/connection';
import type { Future, ProcessPoolExecutor } from 'manyfold/futures';
import type { BaseProxy, DictProxy, SyncManager } from 'manyfold/managers';
import type * as mp from 'manyfold';
import type * as nodeFs from 'node:fs';
import type * as nodeNet from 'node:net';

declare global {
  const fs: typeof nodeFs;
  const net: typeof nodeNet;
  const open: typeof nodeFs.promises.open;
  const { rmSync, statSync }: typeof nodeFs;
  const buffer: Uint8Array;
  const cache: Map<string, string>;
  const child: mp.Process;
  const connection: Connection;
  const counts: DictProxy;
  const drive: () => void;
  const entries: [string, number][];
  const executor: ProcessPoolExecutor;
  const fetchPage: (url: string) => Promise<string>;
  const file: string;
  const firstValue: mp.Value<'i'>;
  const fromServer: Connection;
  const futures: Future<number>[];
  const item: string;
  const keys: string[];
  const list: BaseProxy;
  const lock: mp.Lock;
  const log: (value: unknown) => void;
  const manager: SyncManager;
  const myLog: { write(...words: string[]): void };
  const names: string[];
  const pool: mp.Pool;
  const proxy: DictProxy;
  const queue: mp.Queue<string>;
  const readers: Connection<never, string>[];
  const serve: (port: number) => Promise<void>;
  const session: object;
  const square: (n: number) => number;
  const table: Map<string, number>;
  const toWorker: Connection;
  let total: number;
  const url: string;
  const urls: string[];
  const visit: (url: string) => Promise<void>;
}
`;
