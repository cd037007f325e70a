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

/** Of the handles that the inspector has given; they keep their objects alive until they are given back. */
const objectGroup = 'manyfold';
/** The desk: an object that both sides see, on which values are handed to the inspector and back. */
const desk: { value: unknown } = { value: undefined };
/** The inspector's handle of the desk, for good. */
let deskId: string | undefined;

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

function openDesk(): string {
  if (deskId !== undefined) return deskId;
  // Where a test runner has put the program into a context of its own, the inspector sees another global object.
  const realm = vm.runInThisContext('globalThis') as Record<string, unknown>;
  const key = `manyfold.desk${Math.random().toString(36).slice(2)}`;
  Object.defineProperty(realm, key, { value: desk, configurable: true, enumerable: false });
  try {
    const expression = `globalThis[${JSON.stringify(key)}]`;
    const { result } = post('Runtime.evaluate', { expression, silent: true }) as { result: RemoteValue };
    return (deskId = result.objectId!);
  } finally {
    delete realm[key];
  }
}

let depth = 0;
let holdsHandles = false;

/** Runs `work`, which may ask about many objects: the inspector lets go of all of them when the outermost is done. */
export function inspecting<Result>(work: () => Result): Result {
  depth++;
  try {
    return work();
  } finally {
    if (--depth === 0 && holdsHandles) {
      holdsHandles = false;
      post('Runtime.releaseObjectGroup', { objectGroup });
    }
  }
}

/** Asks the inspector about a value. */
function withRemote<Result>(value: unknown, work: (properties: Properties) => Result): Result {
  return inspecting(() => {
    const objectId = openDesk();
    desk.value = value;
    holdsHandles = true;
    const functionDeclaration = 'function () { return this.value; }';
    try {
      const { result } = post('Runtime.callFunctionOn', {
        objectId,
        functionDeclaration,
        objectGroup,
        silent: true,
      }) as {
        result: RemoteValue;
      };
      return work(post('Runtime.getProperties', { objectId: result.objectId, ownProperties: true }) as Properties);
    } finally {
      desk.value = undefined;
    }
  });
}

/** The real value behind an inspector's handle. */
function fetch(remote: RemoteValue | undefined): unknown {
  if (!remote?.objectId)
    return remote?.unserializableValue === undefined ? remote?.value : special(remote.unserializableValue);
  post('Runtime.callFunctionOn', {
    objectId: remote.objectId,
    functionDeclaration: 'function (desk) { desk.value = this; }',
    arguments: [{ objectId: deskId }],
    silent: true,
  });
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
