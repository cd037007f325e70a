// Seeds: S003-17
// Note: the door of the original opens and closes for ever; this one closes for good when all have passed.
// The door opens for the staff, and closes after them.

import { Event, Thread } from 'manyfold/threading';

const open = new Event();

function staff(n: number): void {
  if (!open.isSet()) open.waitSync();
  console.log(`staff [${n}] is passing`);
}

console.log('door is closed');
const people = Array.from({ length: 5 }, (_, n) => new Thread({ target: staff, args: [n] }));
await Promise.all(people.map((person) => person.start()));
open.set();
for (const person of people) await person.join();
open.clear();
console.log('door is closed again');
