import { Named, type Globals, type PickleType, type Replace } from '../pickle/pickle.js';
import { ERROR_NAME, errorType } from './errors-abroad.js';
import { Token } from './wire.js';

/** What a pickled proxy says: which object, of which server, and how to call it. */
export interface ProxyParts {
  readonly token: Token;
  /** The name of the proxy's class in Python. */
  readonly proxy: string;
  readonly exposed: readonly string[] | undefined;
}

/** Whatever is a proxy tells its parts by this. */
export const partsOf: unique symbol = Symbol('partsOf');

const MODULE = 'multiprocessing.managers';
const PROXIES = (
  'AutoProxy ListProxy DictProxy SetProxy NamespaceProxy IteratorProxy AcquirerProxy ConditionProxy EventProxy BarrierProxy ' +
  'ValueProxy ArrayProxy PoolProxy BaseListProxy _BaseDictProxy BasePoolProxy BaseProxy'
).split(' ');

/** Proxies and tokens are written as CPython writes them. */
export const replaceProxies: Replace = (value) => {
  if (value instanceof Token)
    return { global: `${MODULE}.Token`, args: [], state: Object.freeze([value.typeid, value.address, value.id]) };
  if (!(partsOf in value)) return undefined;
  const { token, proxy, exposed } = (value as { [partsOf](): ProxyParts })[partsOf]();
  const kwds = proxy === 'AutoProxy' && exposed ? { exposed: Object.freeze([...exposed]) } : {};
  return {
    global: `${MODULE}.RebuildProxy`,
    args: [new Named(`${MODULE}.${proxy}`), token, 'pickle', kwds],
  };
};

/** What pickles of a manager may name besides plain data; `rebuild` makes the proxies. */
export function managerGlobals(rebuild: (parts: ProxyParts) => unknown): Globals {
  const onlyNamed: PickleType = {
    create: () => {
      throw new RangeError('a proxy is made by RebuildProxy');
    },
  };
  return new Map<string, PickleType>([
    ...PROXIES.map((name): [string, PickleType] => [`${MODULE}.${name}`, onlyNamed]),
    [ERROR_NAME, errorType],
    [
      `${MODULE}.Token`,
      {
        create: () => new Token(),
        setState: (token: unknown, state: unknown) => {
          const [typeid, address, id] = state as [string, unknown, string];
          Object.assign(token as Token, { typeid, address, id });
        },
      },
    ],
    [
      `${MODULE}.RebuildProxy`,
      {
        create: ([named, token, , kwds]) => {
          if (!(named instanceof Named) || !(token instanceof Token)) throw new RangeError('a proxy has no token');
          const { exposed } = (kwds ?? {}) as { exposed?: readonly string[] };
          return rebuild({ token, proxy: named.name.slice(MODULE.length + 1), exposed });
        },
      },
    ],
  ]);
}

/** A proxy as a value in a server: it is only kept, and given out again. */
export class Reference {
  readonly #parts: ProxyParts;

  constructor(parts: ProxyParts) {
    this.#parts = parts;
  }

  [partsOf](): ProxyParts {
    return this.#parts;
  }
}
