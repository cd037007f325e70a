// Seeds: S001-08
// A lock that was released can be taken again; while it is held, a second acquire waits.

import { Lock, ValueError } from 'manyfold';

const lock = new Lock();
await lock.acquire();
console.log('拿到了');
console.log(await lock.acquire({ timeout: 50 }));
lock.release();
await lock.acquire();
console.log('又拿到了');
lock.release();
try {
  lock.release();
} catch (error) {
  console.log(error instanceof ValueError);
}
