import { ServerDict } from './dict.js';
import { ServerArray, ServerIterator, ServerNamespace, ServerValue } from './holders.js';
import { ServerList } from './list.js';
import { ServerBoundedSemaphore, ServerLock, ServerRLock, ServerSemaphore } from './locks.js';
import { ServerBarrier, ServerCondition, ServerEvent } from './primitives.js';
import { ServerPool, ServerResult } from './pool-holder.js';
import { ServerQueue } from './server-queue.js';
import { ServerSet } from './set.js';

/** What a server makes when it is asked for a type by its name. */
export interface Registered {
  /** A class to be constructed, or a function to be called, with what the client gives. */
  readonly make: (...args: never[]) => unknown;
  readonly isClass: boolean;
  /** The methods that clients may call; undefined: the public ones. */
  readonly exposed?: readonly string[] | undefined;
  /** Methods whose result stays at the server, as an object of that type. */
  readonly methodToTypeid?: Readonly<Record<string, string>> | undefined;
  /** The name of the proxy's class in Python. */
  readonly proxy: string;
}

export type Registry = ReadonlyMap<string, Registered>;

const words = (text: string): readonly string[] => text.split(' ');

// Python's own lists, of its newest version; older clients do not miss what they do not call.
const LIST = words(
  '__add__ __contains__ __delitem__ __getitem__ __len__ __mul__ __reversed__ __rmul__ __setitem__ __iadd__ __imul__ append clear ' +
    'copy count extend index insert pop remove reverse sort',
);
const DICT = words(
  '__contains__ __delitem__ __getitem__ __ior__ __iter__ __len__ __or__ __reversed__ __ror__ __setitem__ clear copy ' +
    'fromkeys get items keys pop popitem setdefault update values',
);
const SET = words(
  '__and__ __contains__ __iand__ __ior__ __isub__ __iter__ __ixor__ __len__ __or__ __rand__ __ror__ __rsub__ __rxor__ __sub__ ' +
    '__xor__ add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset ' +
    'issuperset pop remove symmetric_difference symmetric_difference_update union update',
);
const QUEUE = words('empty full get get_nowait join put put_nowait qsize shutdown task_done');
const POOL = words('apply apply_async close imap imap_unordered join map map_async starmap starmap_async terminate');
const STAYS = {
  apply_async: 'AsyncResult',
  map_async: 'AsyncResult',
  starmap_async: 'AsyncResult',
  imap: 'Iterator',
  imap_unordered: 'Iterator',
};
const ITERATES = { __iter__: 'Iterator', __reversed__: 'Iterator' };

function built(type: object, proxy: string, exposed: readonly string[], methodToTypeid?: Registered['methodToTypeid']) {
  return { make: type as Registered['make'], isClass: true, exposed, methodToTypeid, proxy };
}

/** The types of `SyncManager`. */
export const builtinTypes: Registry = new Map<string, Registered>([
  ['Queue', built(ServerQueue, 'AutoProxy', QUEUE)],
  ['JoinableQueue', built(ServerQueue, 'AutoProxy', QUEUE)],
  ['Event', built(ServerEvent, 'EventProxy', words('is_set set clear wait'))],
  ['Lock', built(ServerLock, 'AcquirerProxy', words('acquire release locked'))],
  ['RLock', built(ServerRLock, 'AcquirerProxy', words('acquire release locked'))],
  ['Semaphore', built(ServerSemaphore, 'AcquirerProxy', words('acquire release'))],
  ['BoundedSemaphore', built(ServerBoundedSemaphore, 'AcquirerProxy', words('acquire release'))],
  ['Condition', built(ServerCondition, 'ConditionProxy', words('acquire release wait notify notify_all'))],
  ['Barrier', built(ServerBarrier, 'BarrierProxy', words('__getattribute__ wait abort reset'))],
  ['list', built(ServerList, 'ListProxy', LIST, { __reversed__: 'Iterator' })],
  ['dict', built(ServerDict, 'DictProxy', DICT, ITERATES)],
  ['set', built(ServerSet, 'SetProxy', SET, ITERATES)],
  ['Value', built(ServerValue, 'ValueProxy', words('get set'))],
  ['Array', built(ServerArray, 'ArrayProxy', words('__len__ __getitem__ __setitem__'))],
  ['Namespace', built(ServerNamespace, 'NamespaceProxy', words('__getattribute__ __setattr__ __delattr__'))],
  ['Pool', built(ServerPool, 'PoolProxy', POOL, STAYS)],
  ['AsyncResult', built(ServerResult, 'AutoProxy', words('get ready successful wait'))],
  ['Iterator', built(ServerIterator, 'IteratorProxy', words('__next__ close'))],
]);

/** The public methods of an object: its own and those of its classes, without a leading underscore. */
export function publicMethods(object: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const name of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, name)!;
      if (typeof value === 'function' && name !== 'constructor' && !name.startsWith('_')) names.add(name);
    }
  return [...names].toSorted((a, b) => (a < b ? -1 : 1));
}
