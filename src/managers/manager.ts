import { ArgumentTypeError, AssertionError, expected, ProcessError } from '../errors.js';
import { checkKey, type Address } from '../network/address.js';
import { checkTls } from '../network/tls-options.js';
import { currentProcess } from '../process/current.js';
import { Process } from '../process/process.js';
import type { Block } from './block.js';
import { askToEnd, ended, endedSync } from './ending.js';
import type { Link } from './link.js';
import type { Way } from './lines.js';
import { linkThere, linkThereSync } from './presence.js';
import { addProxies } from './proxies.js';
import { forgetLink, linkTo, makeProxy, type BaseProxy } from './proxy.js';
import { builtinTypes } from './registry.js';
import type { ManagerOptions, RegisterOptions, Remote } from './options.js';
import { registryOf } from './serve.js';
import { startServer } from './start.js';
import { define, registerType, typesOf, type Make } from './types.js';
import { Server } from './server.js';
import { Token } from './wire.js';

/**
 * A server process for objects that many processes use, of this program, of others, and on other machines; also for
 * programs in Python, whose `multiprocessing.managers` speaks the same language.
 *
 * @example
 * class Counter {
 *   #count = 0;
 *   add(n: number) { return (this.#count += n); }
 * }
 * class Counters extends BaseManager {}
 * Counters.register('Counter', Counter);
 * await using manager = new Counters();
 * await manager.start();
 * const counter = await manager.create<Counter>('Counter');
 * console.log(await counter.add(2)); // 2
 *
 * @see https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseManager
 */
export class BaseManager implements AsyncDisposable {
  /** Whether it has the types of `SyncManager`. */
  protected static readonly builtins: boolean = false;

  readonly #authkey: Uint8Array;
  readonly #tls: object | undefined;
  readonly #shutdownTimeout: number;
  #address: Address | undefined;
  readonly #Process: typeof Process;
  #state: 'initial' | 'started' | 'connected' | 'shut down' = 'initial';
  #process: Process | undefined;
  #link: Link | undefined;

  /** With an address of its own choice and this process's `authkey`, unless they are given. */
  constructor({ address, authkey, tls, shutdownTimeout = 1000, context }: ManagerOptions = {}) {
    this.#Process = context?.Process ?? Process;
    addProxies();
    this.#address = address;
    this.#authkey = checkKey(authkey ?? currentProcess().authkey);
    this.#tls = checkTls(tls);
    this.#shutdownTimeout = shutdownTimeout;
  }

  /**
   * Says what the server makes when it is asked for a type: an instance of a class, or what a function gives. Without
   * either, the type is one of a server that is only connected to. Managers of this class and of those that extend it
   * have it.
   *
   * @throws {TypeError} ERR_MANAGER_REGISTER
   */
  static register(typeid: string, make?: Make | null, options: RegisterOptions = {}): void {
    registerType(this, typeid, make, options);
    define(this.prototype, typeid, function create(this: BaseManager, ...args: unknown[]) {
      return this.create(typeid, ...args);
    });
    define(this.prototype, `${typeid}Sync`, function createSync(this: BaseManager, ...args: unknown[]) {
      return this.createSync(typeid, ...args);
    });
  }

  /** Whether there is a server to be asked. */
  protected get isRunning(): boolean {
    return this.#state === 'started' || this.#state === 'connected';
  }

  /** Where the server is: known once it is started. */
  get address(): Address | undefined {
    return this.#address;
  }

  /**
   * Starts the server, in a process of its own. `initializer` is called there first.
   *
   * @throws {ProcessError} ERR_MANAGER_STATE: it is started, connected or shut down already
   * @throws {OSError} ERR_ADDRESS_IN_USE
   */
  async start(initializer?: ((...args: never[]) => unknown) | null, initargs: readonly unknown[] = []): Promise<void> {
    this.#expectInitial();
    if (initializer !== undefined && initializer !== null && typeof initializer !== 'function')
      throw new ArgumentTypeError('ERR_MANAGER_INITIALIZER', `initializer: ${expected('a function', initializer)}`);
    const { process, way } = await startServer(this.#Process, {
      types: typesOf(this.constructor),
      builtins: (this.constructor as typeof BaseManager).builtins,
      address: this.#address ?? null,
      authkey: this.#authkey,
      tls: this.#tls,
      initializer: initializer ?? null,
      initargs,
    });
    this.#process = process;
    this.#address = way.address;
    this.#link = linkTo(way);
    this.#state = 'started';
  }

  /**
   * Connects to a server that runs already, of this library or of CPython's. When that has gone, every call is an error;
   * `connect` then connects to the one that is in its place, where proxies of the old one's objects mean nothing.
   *
   * @throws {AuthenticationError} the key is not the server's
   * @throws {OSError} ERR_CONNECTION_REFUSED
   */
  async connect(): Promise<void> {
    this.#link = await linkThere(this.#wayThere(), this.#link);
    this.#state = 'connected';
  }

  /** Like `connect`, and blocks the calling thread. */
  connectSync(): void {
    this.#link = linkThereSync(this.#wayThere(), this.#link);
    this.#state = 'connected';
  }

  #wayThere(): Way {
    if (this.#state !== 'connected') this.#expectInitial();
    if (this.#address !== undefined) return { address: this.#address, authkey: this.#authkey, tls: this.#tls };
    throw new AssertionError('ERR_MANAGER_ADDRESS', 'connect: expected an address to connect to, got none');
  }

  /** The server itself, in this process: `await manager.getServer().serveForever()`. */
  getServer(): Server {
    this.#expectInitial();
    return new Server(
      registryOf(typesOf(this.constructor), (this.constructor as typeof BaseManager).builtins),
      this.#address,
      this.#authkey,
      this.#tls,
    );
  }

  /**
   * Makes an object in the server, and gives its proxy: each of its methods awaited, and each with a blocking twin.
   *
   * @throws {RemoteError} ERR_MANAGER_REMOTE: the server knows no such type
   * @throws {AssertionError} ERR_MANAGER_NOT_STARTED
   */
  async create<T extends object = BaseProxy>(typeid: string, ...args: readonly unknown[]): Promise<Remote<T>> {
    const link = this.#expectLink();
    return this.#made<T>(link, typeid, await link.control('create', [typeid, ...args]));
  }

  /** Like `create`, and blocks the calling thread. */
  createSync<T extends object = BaseProxy>(typeid: string, ...args: readonly unknown[]): Remote<T> {
    const link = this.#expectLink();
    return this.#made<T>(link, typeid, link.controlSync('create', [typeid, ...args]));
  }

  #made<T extends object>(link: Link, typeid: string, made: unknown): Remote<T> {
    const [ident, exposed, block] = made as [string, readonly string[], Block | undefined];
    const { address } = link.way;
    const token = Token.of(typeid, typeof address === 'string' ? address : Object.freeze([...address]), ident);
    const own = typesOf(this.constructor).find(([name]) => name === typeid)?.[1];
    const { proxy } = own ?? builtinTypes.get(typeid) ?? { proxy: 'AutoProxy' };
    return makeProxy(link, { token, exposed, proxy }, block) as unknown as Remote<T>;
  }

  /** How many objects the server holds. */
  async numberOfObjects(): Promise<number> {
    return (await this.#expectLink().control('number_of_objects', [])) as number;
  }

  /** Like `numberOfObjects`, and blocks the calling thread. */
  numberOfObjectsSync(): number {
    return this.#expectLink().controlSync('number_of_objects', []) as number;
  }

  /** What the server holds, as a text. */
  async debugInfo(): Promise<string> {
    return (await this.#expectLink().control('debug_info', [])) as string;
  }

  /** Like `debugInfo`, and blocks the calling thread. */
  debugInfoSync(): string {
    return this.#expectLink().controlSync('debug_info', []) as string;
  }

  /** For managers that have requests of their own. */
  protected control(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#expectLink().control(name, args);
  }

  protected controlSync(name: string, args: readonly unknown[]): unknown {
    return this.#expectLink().controlSync(name, args);
  }

  /** Waits for the end of the server process. */
  async join(options?: { readonly timeout?: number }): Promise<void> {
    await this.#process?.join(options);
  }

  /** Like `join`, and blocks the calling thread. */
  joinSync(options?: { readonly timeout?: number }): void {
    this.#process?.joinSync(options);
  }

  /** Ends a server that `start` has started: asks it, then terminates it, then kills it. */
  async shutdown(): Promise<void> {
    if (this.#state !== 'started') return;
    this.#state = 'shut down';
    void this.#link!.control('shutdown', []).catch(() => {}); // it may have ended by itself
    await ended(this.#process!, this.#shutdownTimeout);
    forgetLink(this.#link!);
  }

  /** Like `shutdown`, and blocks the calling thread. */
  shutdownSync(): void {
    if (this.#state !== 'started') return;
    this.#state = 'shut down';
    using _line = askToEnd(this.#link!.way);
    endedSync(this.#process!, this.#shutdownTimeout);
    forgetLink(this.#link!);
  }

  /** Shuts the server down, if this manager has started it: `await using manager = ...`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
    if (this.#state === 'connected') forgetLink(this.#link!);
  }

  #expectInitial(): void {
    if (this.#state === 'initial') return;
    const message = this.#state === 'shut down' ? 'Manager has shut down' : 'Already started server';
    throw new ProcessError('ERR_MANAGER_STATE', message);
  }

  #expectLink(): Link {
    if (this.#link !== undefined && this.#state !== 'shut down') return this.#link;
    if (this.#state === 'shut down') throw new ProcessError('ERR_MANAGER_STATE', 'Manager has shut down');
    throw new AssertionError('ERR_MANAGER_NOT_STARTED', 'server not yet started');
  }
}
