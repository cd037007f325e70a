/**
 * What only the engine knows: where a function stands, which variables it sees, what a bound function is bound to.
 * It is asked through the in-process inspector, whose answers are synchronous.
 *
 * Connecting costs nothing, but an enabled Debugger makes every `await` of the program nine times slower. It is enabled
 * only for the moment in which the source of an unknown script is fetched, and always disabled again.
 */
import type * as inspectorModule from 'node:inspector';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { PicklingError } from '../errors.js';
import { here } from '../system/installation.js';

/** A script as the engine lists it. The source is fetched when it is first needed. */
export interface RawScript {
  readonly id: string;
  readonly url: string;
  readonly isModule: boolean;
  readonly startLine: number;
  readonly startColumn: number;
  source?: string;
}

export interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** One scope of a function: a copy of its variables, innermost scope first. Reading a variable in its dead zone throws. */
export interface RawScope {
  readonly description: string;
  readonly object: Record<string, unknown>;
}

export interface Insight {
  readonly location: Location | undefined;
  readonly scopes: readonly RawScope[];
  /** Set for a bound function. */
  readonly bound: { target: unknown; self: unknown; args: unknown[] } | undefined;
}

interface RemoteValue {
  objectId?: string;
  value?: unknown;
  unserializableValue?: string;
}
interface Property {
  name: string;
  value?: RemoteValue;
}
interface Properties {
  result?: Property[];
  internalProperties?: Property[];
  privateProperties?: Property[];
}

const objectGroup = 'manyfold';
/** The desk: an object that both sides see, on which values are handed to the inspector and back. */
const deskKey = Symbol('manyfold.desk').description + Math.random().toString(36).slice(2);
const desk: { value: unknown } = { value: undefined };
const fetchThis = `function () { globalThis[${JSON.stringify(deskKey)}].value = this; }`;

const scripts = new Map<string, RawScript>();
let session: inspectorModule.Session | undefined;

interface ScriptParsed {
  scriptId: string;
  url: string;
  isModule?: boolean;
  startLine: number;
  startColumn: number;
}

function connect(): inspectorModule.Session {
  if (session) return session;
  try {
    const inspector = createRequire(here)('node:inspector') as typeof inspectorModule;
    const opened = new inspector.Session();
    opened.connect();
    opened.on('Debugger.scriptParsed', (message) => {
      const found = message.params as ScriptParsed;
      if (scripts.has(found.scriptId)) return;
      const { scriptId: id, url, isModule = false, startLine, startColumn } = found;
      scripts.set(id, { id, url, isModule, startLine, startColumn });
    });
    session = opened;
    return opened;
  } catch (cause) {
    throw new PicklingError(
      'ERR_PICKLE_NO_INSPECTOR',
      "cannot pickle a function by value: Node's inspector is not available (permission model: start with --allow-inspector). " +
        'Export the function from a module and pass byRef(import.meta, name)',
      { cause },
    );
  }
}

/** Asks the inspector for something that it answers at once. */
export function post(method: string, params: object = {}): unknown {
  let answer: { error: Error | null; result: unknown } | undefined;
  connect().post(method, params, (error: Error | null, result: unknown) => {
    answer = { error, result };
  });
  if (!answer)
    throw new PicklingError('ERR_PICKLE_NO_INSPECTOR', `the inspector did not answer ${method} synchronously`);
  if (answer.error) throw new PicklingError('ERR_PICKLE_NO_INSPECTOR', `${method}: ${answer.error.message}`);
  return answer.result;
}

/** Runs `work` with the inspector's handle of `value`; nothing of it is left behind. */
function withRemote<Result>(value: unknown, work: (properties: Properties) => Result): Result {
  const realm = vm.runInThisContext('globalThis') as Record<string, unknown>;
  desk.value = value;
  Object.defineProperty(realm, deskKey, { value: desk, configurable: true, enumerable: false });
  try {
    const expression = `globalThis[${JSON.stringify(deskKey)}].value`;
    const { result } = post('Runtime.evaluate', { expression, objectGroup, silent: true }) as { result: RemoteValue };
    return work(post('Runtime.getProperties', { objectId: result.objectId, ownProperties: true }) as Properties);
  } finally {
    desk.value = undefined;
    delete realm[deskKey];
    post('Runtime.releaseObjectGroup', { objectGroup });
  }
}

/** The real value behind an inspector's handle. */
function fetch(remote: RemoteValue | undefined): unknown {
  if (!remote?.objectId)
    return remote?.unserializableValue === undefined ? remote?.value : special(remote.unserializableValue);
  post('Runtime.callFunctionOn', { objectId: remote.objectId, functionDeclaration: fetchThis, silent: true });
  return desk.value;
}

function special(text: string): number | bigint {
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text);
}

function internal(properties: Properties, name: string): RemoteValue | undefined {
  return properties.internalProperties?.find((property) => property.name === name)?.value;
}

/** Where a function stands and what it sees. The scopes are read anew at each call: variables change. */
export function inspectFunction(fn: object): Insight {
  return withRemote(fn, (properties) => {
    const location = internal(properties, '[[FunctionLocation]]')?.value as Location | undefined;
    const target = internal(properties, '[[TargetFunction]]');
    if (target) {
      const args = fetch(internal(properties, '[[BoundArgs]]')) as ArrayLike<unknown>;
      const bound = {
        target: fetch(target),
        self: fetch(internal(properties, '[[BoundThis]]')),
        args: Array.from(args),
      };
      return { location, scopes: [], bound };
    }
    const list = internal(properties, '[[Scopes]]');
    // The list of scopes is an array without a prototype.
    const scopes = list ? Array.from(fetch(list) as ArrayLike<RawScope>) : [];
    return { location, scopes, bound: undefined };
  });
}

/** The private names (with the #) that an instance carries. */
export function privateNamesOf(object: object): string[] {
  return withRemote(object, (properties) => properties.privateProperties?.map((property) => property.name) ?? []);
}

/** What a Proxy stands for. */
export function proxyTarget(proxy: object): unknown {
  return withRemote(proxy, (properties) => fetch(internal(properties, '[[Target]]')));
}

/** The script, if its source is here already. */
export function knownScript(id: string): RawScript | undefined {
  const known = scripts.get(id);
  return known?.source === undefined ? undefined : known;
}

/** Takes a script whose source was found without the engine's help. */
export function addScript(script: RawScript): void {
  scripts.set(script.id, script);
}

/** The script with this id, with its source; undefined when the engine has already let it go. */
export function scriptById(id: string): RawScript | undefined {
  const known = knownScript(id);
  if (known) return known;
  post('Debugger.enable');
  try {
    const script = scripts.get(id);
    if (script)
      script.source = (post('Debugger.getScriptSource', { scriptId: id }) as { scriptSource: string }).scriptSource;
    return script;
  } finally {
    post('Debugger.disable');
  }
}
