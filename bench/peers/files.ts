import { fileURLToPath } from 'node:url';

/** The path of a program that a peer runs: a built file of this folder. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
