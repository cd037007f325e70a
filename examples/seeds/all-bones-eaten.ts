// Seeds: S003-25
// Note: between processes; the original has threads.
// A producer puts ten bones and waits until all of them have been eaten: whoever takes one says when it is done with it.

import { JoinableQueue, Process } from 'manyfold';

const bones = new JoinableQueue<string>();
const producer = new Process({
  target: async () => {
    for (let i = 0; i < 10; i++) await bones.put(`骨头 ${i}`);
    console.log('开始等待所有的骨头被吃掉。。。。');
    await bones.join();
    console.log('所有的骨头被吃完...');
  },
});
await producer.start();
for (let i = 0; i < 10; i++) {
  const bone = await bones.get();
  if (i === 0) while (bones.qsize() < 9) await new Promise(setImmediate); // it has put them all
  console.log('司家勇 正在吃', bone);
  bones.taskDone();
}
await producer.join();
