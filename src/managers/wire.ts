/**
 * What goes between a manager's server and its clients: the messages of CPython's `multiprocessing.managers`, each a tuple.
 *
 *   request   ident, method, args, kwargs     ident null: a control request, see server.ts
 *   reply     kind, payload
 *
 * From and to other programs they are pickles. Between the processes of one program they are messages of the library's own
 * codec, over a pipe in shared memory, and may carry whatever travels: functions, classes, locks, ...
 */
export type Request = readonly [
  ident: string | null,
  method: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  /** Of one that goes with others, see shared-line.ts. */
  number?: number,
];
export type Reply = readonly [kind: string, payload: unknown];

export const RETURN = '#RETURN';
/** The method threw; the payload is the error. */
export const ERROR = '#ERROR';
/** The server could not do what was asked; the payload is a text that ends with its stack. */
export const TRACEBACK = '#TRACEBACK';
/** Like `#RETURN`; what comes is the client's once it has said so by `RECEIVED`, and is given to another one otherwise. */
export const ITEM = '#ITEM';
/** What the method returned cannot travel. */
export const UNSERIALIZABLE = '#UNSERIALIZABLE';
/** What the method returned stays at the server; the payload is what its proxy needs. */
export const PROXY = '#PROXY';

/** The method that runs a function of a client with the object; only the server's own program can send one. */
export const TRANSACTION = '#TRANSACTION';

/** Control request: nobody wants the result of a call any more. Its number, or nothing for the one that is under way. */
export const CANCEL = 'cancel';
/** Control request, without a reply: what came with these numbers, or as the last reply on a line in turn, has been received. */
export const RECEIVED = 'received';
/** Said before anybody sees the result: then either its receiver has it, or another one gets it, and never both. */
export const HAS_COME: Request = [null, RECEIVED, [], {}];
/** Between processes of one program: a message of requests could not be read; none of them has begun. */
export const UNDECODABLE = '#UNDECODABLE';

/** What names an object of a server, in CPython's class of the same name. */
export class Token {
  typeid = '';
  address: unknown = null;
  id = '';

  static of(typeid: string, address: unknown, id: string): Token {
    return Object.assign(new Token(), { typeid, address, id });
  }
}

export function isRequest(value: unknown): value is Request {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [ident, method, args, kwargs] = value as unknown[];
  return (
    (ident === null || typeof ident === 'string') &&
    typeof method === 'string' &&
    Array.isArray(args) &&
    typeof kwargs === 'object' &&
    kwargs !== null
  );
}
