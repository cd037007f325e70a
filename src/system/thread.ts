import fs from 'node:fs';
import { gettid } from './libc.js';

const NAME_BYTES = 15;

/** What the kernel calls this thread: the process's own number in the main thread, a number like it in the others. */
export function threadId(): number {
  return gettid() as number;
}

/** Names a thread of this process for `top`, `gdb` and the like: 15 bytes of whole characters, up to the first NUL. */
export function nameThread(id: number, name: string): void {
  const whole = name.split('\0', 1)[0]!;
  let text = '';
  for (const character of whole) {
    if (Buffer.byteLength(text + character) > NAME_BYTES) break;
    text += character;
  }
  try {
    fs.writeFileSync(`/proc/self/task/${id}/comm`, text);
  } catch {
    // It has just ended; or there is no such file on this system, and then no name.
  }
}
