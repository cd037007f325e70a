// Seeds: S002-04, S002-05, S002-07, S002-09, S002-10
// Note: fork needs a program that was launched for it (npx manyfold run). A queue of any context fits processes of all.
// One program may use several start methods.

import { getAllStartMethods, getContext, Queue } from 'manyfold';

console.log(['fork', 'forkserver', 'spawn'].every((name) => (getAllStartMethods() as string[]).includes(name)));
const queue = new Queue<string>();
for (const method of ['spawn', 'forkserver'] as const) {
  const mp = getContext(method);
  const p = new mp.Process({ target: async () => queue.put('hello') });
  await p.start();
  console.log(method, await queue.get());
  await p.join();
}
