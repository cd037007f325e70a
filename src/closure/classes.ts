/**
 * Classes that travel by value keep their identity: what comes back to the process that has the class is that class, and a
 * process that has been sent a class once knows it when it comes again. Otherwise `instanceof` would say no to every
 * instance, and to every error, that has been in another process.
 */

/** Which class it is, and what it captured, if that is all primitive: `content` is null when it cannot be compared. */
export type ClassIdentity = [token: string, content: string | null];

export interface KnownClass {
  readonly type: object;
  /** It was made in this process by the program itself. */
  readonly isHome: boolean;
}

interface Entry {
  readonly type: WeakRef<object>;
  readonly content: string | null;
  readonly isHome: boolean;
}

const entries = new Map<string, Entry>();
const tokens = new WeakMap<object, string>();
const collected = new FinalizationRegistry<string>((token) => {
  if (entries.get(token)?.type.deref() === undefined) entries.delete(token);
});

let home: { readonly pid: number; readonly prefix: string } | undefined;
let count = 0;

/** The token of a class of this process. */
export function tokenOf(type: object): string {
  const known = tokens.get(type);
  if (known !== undefined) return known;
  // A forked process has its parent's variables: its classes need a prefix of their own.
  if (home?.pid !== process.pid) home = { pid: process.pid, prefix: `${process.pid}.${process.hrtime.bigint()}` };
  const token = `${home.prefix}.${++count}`;
  enter(token, type, null, true);
  return token;
}

/** A class has been rebuilt here. */
export function rememberClass([token, content]: ClassIdentity, type: object): void {
  enter(token, type, content, false);
}

/** The class itself, or one rebuilt before from the same. */
export function knownClass([token, content]: ClassIdentity): KnownClass | undefined {
  const entry = entries.get(token);
  const type = entry?.type.deref();
  if (!entry || !type) return undefined;
  return entry.isHome || (content !== null && content === entry.content) ? { type, isHome: entry.isHome } : undefined;
}

function enter(token: string, type: object, content: string | null, isHome: boolean): void {
  tokens.set(type, token);
  entries.set(token, { type: new WeakRef(type), content, isHome });
  collected.register(type, token);
}
