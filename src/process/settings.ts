import { free, SHARED } from '../memory/heap.js';
import { readParcel, storeParcel } from '../memory/parcel.js';
import { entryUrl, setEntry } from '../closure/entry.js';

/** What a fresh Node has to know before it can run anything for the program: one record for each that is started. */
export interface Settings {
  /** The entry script, which is never run again. */
  readonly entry: string | undefined;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Modules that a fork server imports before it forks. */
  readonly preload: readonly string[];
}

/** Should `reader`, the slot of the process that is to read them, die before, they go with it. */
export function writeSettings(preload: readonly string[], reader: number = SHARED): number {
  const settings: Settings = { entry: entryUrl(), argv: process.argv, cwd: process.cwd(), preload };
  return storeParcel(Buffer.from(JSON.stringify(settings)), reader);
}

/** Reads them for the one they were written for, and frees them. */
export function takeSettings(address: number): Settings {
  const settings = readParcel(address, (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Settings);
  free(address);
  return settings;
}

/** Makes this process look like the one that started the program. */
export function applySettings({ entry, argv, cwd }: Settings): void {
  process.argv = [...argv];
  process.chdir(cwd);
  setEntry(entry);
}
