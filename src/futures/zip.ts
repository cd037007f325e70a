import type { Items } from '../pool/input.js';

/** The items of several inputs side by side, until the first of them ends. */
export function zip(inputs: readonly Items<unknown>[]): Items<unknown[]> {
  return inputs.every((input) => Symbol.iterator in input)
    ? zipNow(inputs as readonly Iterable<unknown>[])
    : zipLater(inputs);
}

function* zipNow(inputs: readonly Iterable<unknown>[]): Generator<unknown[]> {
  const iterators = inputs.map((input) => input[Symbol.iterator]());
  try {
    for (;;) {
      const results = iterators.map((iterator) => iterator.next());
      if (results.some(({ done }) => done)) return;
      yield results.map(({ value }) => value as unknown);
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

async function* zipLater(inputs: readonly Items<unknown>[]): AsyncGenerator<unknown[]> {
  const iterators = inputs.map((input) =>
    Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator](),
  );
  try {
    for (;;) {
      const results = await Promise.all(iterators.map(async (iterator) => iterator.next()));
      if (results.some(({ done }) => done)) return;
      yield results.map(({ value }) => value as unknown);
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}
