/**
 * Loaded into a process before everything else (`watchPlainStores` in kill-points.ts): lets a test see each plain store to
 * shared memory, `words[index] = value`, in the process and in those that are forked from it. Shared memory is mapped in
 * windows, large ones; what is made over these is wrapped, and unwrapped again where `Atomics` get it.
 */

const WINDOW_BYTES = 16 * 2 ** 20;
const METHODS = ['add', 'and', 'compareExchange', 'exchange', 'load', 'or', 'store', 'sub', 'xor'] as const;

type Watched = typeof globalThis & { beforeStore?: (() => void) | undefined };
type Access = (words: Int32Array, ...rest: number[]) => number;

const bare = new WeakMap<object, Int32Array>();

function wrap(words: Int32Array): Int32Array {
  const wrapped = new Proxy(words, {
    get(_words, key) {
      const value: unknown = Reflect.get(words, key, words);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (key === 'fill' || key === 'set') (globalThis as Watched).beforeStore?.();
        return Reflect.apply(value as () => unknown, words, args);
      };
    },
    set(_words, key, value) {
      (globalThis as Watched).beforeStore?.();
      return Reflect.set(words, key, value, words);
    },
  });
  bare.set(wrapped, words);
  return wrapped;
}

globalThis.Int32Array = new Proxy(Int32Array, {
  construct(target, args: [ArrayBuffer, number, number], newTarget) {
    const words = Reflect.construct(target, args, newTarget) as Int32Array;
    return args[0] instanceof ArrayBuffer && args[0].byteLength === WINDOW_BYTES ? wrap(words) : words;
  },
});

for (const name of METHODS) {
  const access = Atomics[name] as Access;
  const unwrapping: Access = (words, ...rest) => access(bare.get(words) ?? words, ...rest);
  Object.assign(Atomics, { [name]: unwrapping });
}
