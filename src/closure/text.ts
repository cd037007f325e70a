/**
 * The script in which the functions of one source script are made again:
 *
 *   (function ($m) { "use strict";                       on the line before the first
 *     const { a, b } = $m.values[0];                     variables that nobody assigns, imports
 *     let n; $m.access[0] = { get: ..., set: ... };      variables that a function assigns
 *     const helper = $m.give(3, (                        each function at its original line and column,
 *       (x) => x * a));                                  bound to its variable where there is one
 *     { ... }                                            the scopes inside
 *   })
 *
 * `const` matters: V8 folds constants, and on Node 26 a variable that is set from outside is four times slower to read.
 */
import type { FunctionRecord } from './payload.js';
import type { EnvPlan, FunctionPlan } from './plan.js';
import { isMethodKind, itemsOf } from './plan.js';

export function scriptText(root: EnvPlan, strict: boolean, names: Names): string {
  const writer = new Writer(names);
  writer.write(`(function(${names.parameter}){${strict ? '"use strict";' : ''}`);
  writer.env(root);
  writer.write('})');
  return writer.text;
}

/** Names that occur nowhere in the functions. */
export interface Names {
  readonly parameter: string;
  /** As long as `import.meta`. */
  readonly meta: string;
}

const metaLength = 'import.meta'.length;

export function freshNames(texts: readonly string[]): Names {
  const isTaken = (name: string): boolean => texts.some((text) => text.includes(name));
  let parameter = '$m';
  while (isTaken(parameter)) parameter += '_';
  for (let serial = 0; ; serial++) {
    const meta = `import$${serial}`.padEnd(metaLength, '_');
    if (!isTaken(meta)) return { parameter, meta };
  }
}

class Writer {
  text = '';
  readonly #names: Names;
  #line = -1;
  #column = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  write(piece: string): void {
    this.text += piece;
    const last = piece.lastIndexOf('\n');
    if (last < 0) {
      this.#column += piece.length;
      return;
    }
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) this.#line++;
    this.#column = piece.length - last - 1;
  }

  env(env: EnvPlan): void {
    const { parameter } = this.#names;
    if (env.consts.length) this.write(`const {${env.consts.join(',')}}=${parameter}.values[${env.id}];`);
    if (env.lets.length) {
      const list = env.lets.join(',');
      // `arguments`, because any name for a parameter might be one of the variables.
      this.write(
        `let ${list};${parameter}.access[${env.id}]={get(){return{${list}}},set(){({${list}}=arguments[0])}};`,
      );
    }
    const direct = directlyBound(env);
    for (const item of itemsOf(env)) {
      if ('record' in item) {
        this.#function(item, direct.get(item.id), env);
        continue;
      }
      this.write('{');
      this.env(item);
      this.write('}');
    }
    for (const [name, id] of env.bound) {
      if (direct.get(id) !== name) this.write(`const ${name}=${parameter}.functions[${id}];`);
    }
  }

  #function({ id, record, isLazy, base }: FunctionPlan, name: string | undefined, env: EnvPlan): void {
    const { parameter } = this.#names;
    // Handed over by a call: a function that is assigned would be named after the target in stack traces.
    const give = `${parameter}.give(${id},`;
    if (record.kind === 'declaration' && name !== undefined && name === declaredName(record)) {
      this.write(`${give}${name});`);
      this.#placed(record, record.text);
      this.write(';');
      return;
    }
    const isMethod = isMethodKind(record);
    const before = name === undefined ? give : `const ${name}=${give}`;
    this.write(`${before}${isLazy ? 'function(){return' : ''}(${isMethod ? '{' : ''}`);
    this.#placed(record, this.#adapted(id, record, base, env));
    this.write(`${isMethod ? '}' : ''})${isLazy ? '}' : ''});`);
  }

  /** The text with what cannot stand here replaced. */
  #adapted(id: number, record: FunctionRecord, base: number | undefined, env: EnvPlan): string {
    const { parameter, meta } = this.#names;
    let { text } = record;
    const pieces: [start: number, end: number, piece: string][] = (record.metas ?? []).map((at) => [
      at,
      at + metaLength,
      meta,
    ]);
    for (const [index, [start, end]] of (record.keys ?? []).entries()) {
      pieces.push([start, end, `${parameter}.keys[${id}][${index}]`]);
    }
    if (record.heritage) {
      const [, start, end] = record.heritage;
      pieces.push([
        start,
        end,
        base === undefined ? `${parameter}.heritage[${id}]` : `${parameter}.functions[${base}]`,
      ]);
    }
    for (const [start, end, piece] of pieces.toSorted((a, b) => b[0] - a[0])) {
      const newlines = text.slice(start, end).replace(/[^\n]/g, '');
      text = text.slice(0, start) + piece + newlines + text.slice(end);
    }
    // As an expression a declaration's name would hide the variable that it is the name of.
    const name = record.kind === 'declaration' ? declaredName(record) : undefined;
    if (name === undefined || !(env.bound.has(name) || env.lets.includes(name) || env.consts.includes(name)))
      return text;
    return text.replace(declaration, (whole) => whole.slice(0, -name.length) + ' '.repeat(name.length));
  }

  #placed({ line, column }: FunctionRecord, text: string): void {
    if (line > this.#line) this.write('\n'.repeat(line - this.#line));
    if (line === this.#line && column > this.#column) this.write(' '.repeat(column - this.#column));
    this.write(text);
  }
}

const declaration = /^(?:async\s+)?function\s*\*?\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/u;

function declaredName({ text }: FunctionRecord): string | undefined {
  return declaration.exec(text)?.[1];
}

/** For each function the variable of its own env that is declared together with it. */
function directlyBound(env: EnvPlan): Map<number, string> {
  const direct = new Map<number, string>();
  const own = new Map(env.functions.map((plan) => [plan.id, plan.record]));
  for (const [name, id] of env.bound) {
    const record = own.get(id);
    if (!record) continue;
    const isDeclared = record.kind === 'declaration' && declaredName(record) === name;
    if (isDeclared || !direct.has(id)) direct.set(id, name);
  }
  return direct;
}
