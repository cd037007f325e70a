// Seeds: S003-15, S003-16
// Note: the original runs until it is killed; this light changes three times. isSet() is `is_set` in Python today.

import { Queue } from 'manyfold';
import { Event, Thread } from 'manyfold/threading';

const green = new Event();
const seen = new Queue<string>();

function car(): void {
  seen.putSync(green.isSet() ? 'running' : 'waiting');
  green.waitSync();
  seen.putSync('running');
}

console.log(green.waitSync({ timeout: 5 }), green.set(), green.waitSync({ timeout: 5 }));
for (const light of ['red', 'green', 'red']) {
  if (light === 'green') green.set();
  else green.clear();
  const thread = new Thread({ target: car });
  await thread.start();
  console.log(`light is ${light}: ${await seen.get()}`);
  green.set();
  await thread.join();
  await seen.get();
}
