// Seeds: S001-17, S001-19, S000-16, S000-17, S004-18, S004-20
// Note: the classes are Full and Empty of this package; CPython's live in the module queue.
// A queue of three places: who waits for room, or for an item, waits no longer than it wants to.

import { Empty, Full, Queue } from 'manyfold';

const queue = new Queue<string>(3);
for (const item of ['abc', 'hhh', 'kkk']) await queue.put(item);
console.log(await queue.get());
await queue.put('ooo');
console.log('full:', queue.full());

try {
  await queue.put('123', { timeout: 50 });
} catch (error) {
  console.log('put:', error instanceof Full);
}
for (let i = 0; i < 3; i++) console.log(await queue.get());

try {
  await queue.get({ timeout: 50 });
} catch (error) {
  console.log('get:', error instanceof Empty);
}
try {
  await queue.get({ block: false });
} catch (error) {
  console.log('get, without waiting:', error instanceof Empty);
}
