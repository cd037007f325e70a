import type { Address } from '../network/address.js';
import { RemoteError } from '../pickle/errors.js';
import { controlsOf, type Control, type Segments } from './controls.js';
import { Lending, type Objects } from './objects.js';
import { textOf, type Call, type Session } from './session.js';
import { ERROR, PROXY, RETURN, Token, TRACEBACK, TRANSACTION, type Reply, type Request } from './wire.js';

const tuple = (...items: unknown[]): readonly unknown[] => Object.freeze(items);

/** What a server answers to requests. */
export class Answers {
  readonly #objects: Objects;
  readonly #controls: ReadonlyMap<string, Control>;
  readonly #address: Address;

  constructor(objects: Objects, segments: Segments, address: Address) {
    this.#objects = objects;
    this.#controls = controlsOf(objects, segments);
    this.#address = address;
  }

  /** At once, if the result is there. */
  to([ident, method, args, kwargs]: Request, call: Call, session: Session): Reply | Promise<Reply> {
    const failed = (error: unknown): Reply =>
      error instanceof RemoteError || ident === null ? [TRACEBACK, textOf(error)] : [ERROR, error];
    try {
      if (ident === null) return settled(this.#control(method, args, kwargs, session), returned, failed);
      if (method === TRANSACTION) return [RETURN, this.#objects.transact(ident, args)];
      const referent = this.#objects.get(ident);
      const result = this.#objects.call(referent, method, args, kwargs, call);
      const typeid = referent.methodToTypeid[method];
      if (typeid === undefined) return settled(result, returned, failed);
      return settled(result, (made) => this.#made(typeid, made, session), failed);
    } catch (error) {
      return failed(error);
    }
  }

  #control(name: string, args: readonly unknown[], kwargs: object, session: Session): unknown {
    if (name === 'shutdown') return null;
    const control = this.#controls.get(name);
    if (!control) throw new RemoteError('ERR_MANAGER_METHOD', `AssertionError: '${name}' unrecognized`);
    return control(args, kwargs, session);
  }

  /** A result that stays here. */
  #made(typeid: string, result: unknown, session: Session): Reply {
    const referent = this.#objects.add(typeid, result);
    const { ident, exposed } = referent;
    const token = Token.of(typeid, wireAddress(this.#address), ident);
    session.gives(referent);
    if (session.isLocal) return [PROXY, tuple(tuple(...exposed), token, new Lending(this.#objects, referent))];
    this.#objects.hold(ident, session.client);
    return [PROXY, tuple(tuple(...exposed), token)];
  }
}

function returned(value: unknown): Reply {
  return [RETURN, value];
}

/** At once, if the value is there. */
function settled(
  value: unknown,
  done: (value: unknown) => Reply,
  failed: (error: unknown) => Reply,
): Reply | Promise<Reply> {
  const isLate = typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
  return isLate ? settledLate(value as PromiseLike<unknown>, done, failed) : done(value);
}

async function settledLate(
  value: PromiseLike<unknown>,
  done: (value: unknown) => Reply,
  failed: (error: unknown) => Reply,
): Promise<Reply> {
  try {
    return done(await value);
  } catch (error) {
    return failed(error);
  }
}

function wireAddress(address: Address): unknown {
  return typeof address === 'string' ? address : tuple(...address);
}
