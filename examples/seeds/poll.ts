// Seeds: S000-23, S000-25
// Note: poll() says whether recv() would return at once, with a message or with the end; not whether a child has ended.
// As long as somebody could still send, recv() waits: the end comes when the last copy of the other end is closed.

import { EOFError, Pipe, Process } from 'manyfold';

const [son, father] = Pipe<string>();
console.log('empty:', father.pollSync());
const p = new Process({ target: async () => son.send('frame') });
await p.start();
await p.join();
console.log('a message, and the child has ended:', father.pollSync(), await father.recv());
console.log('this process still has the other end:', father.pollSync());
son.close();
console.log('the end:', father.pollSync());
try {
  await father.recv();
} catch (error) {
  console.log(error instanceof EOFError);
}
