import { api } from '../api.js';
import { median } from '../median.js';
import { ours, type Row } from '../row.js';

export const firstClosure: Row = {
  id: 'closure-first',
  title: 'The first closure that a program sends',
  shown: 'time',
  contestants: [ours('', ['Pipe'], () => capture()[0]!)],
};

export const laterClosure: Row = {
  id: 'closure-later',
  title: 'A later closure that it sends',
  shown: 'time',
  contestants: [ours('', ['Pipe'], () => median(capture().slice(1)))],
};

const ROUNDS = 10;

/** The seconds to send each of some closures, all of them different functions, made anew in each round. */
function capture(): number[] {
  const [here, there] = api.Pipe();
  here.sendSync({ a: 1, b: 'hello' }); // what a program needs for any message is not the closure's
  there.recvSync();
  return Array.from({ length: ROUNDS }, closures)
    .flat()
    .map((closure) => {
      const start = performance.now();
      here.sendSync(closure);
      return (performance.now() - start) / 1000;
    });
}

function closures(): ((x: number) => unknown)[] {
  const factor = 3;
  const names = ['a', 'b'];
  const triple = (x: number) => x * factor;
  return [
    (x) => triple(x),
    (x) => triple(x) + 1,
    (x) => names[x],
    (x) => names.map((name) => name + factor * x),
    (x) => [x, names, factor],
    function named(x) {
      return triple(x + 1);
    },
    (x) => new Map([[x, names]]),
    (x) => triple(triple(x)),
    (x) => (x > factor ? names : triple),
    (x) => `${x} ${names.join()}`,
    (x) => ({ x, factor }),
  ];
}
