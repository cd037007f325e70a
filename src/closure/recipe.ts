/** All that the source says about a function, and that its later captures need again. */
import { type AnyNode, parse } from './parse.js';
import { type Free, freeNames } from './free.js';
import type { ClassNode } from './names.js';
import { type Located, isMethod } from './locate.js';
import type { FunctionRecord, TextKind } from './payload.js';
import { type Script, type Site, placeOf, sitesOf } from './script.js';

export interface Recipe {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly kind: TextKind;
  readonly strict: boolean;
  readonly free: Free;
  /** Offsets of `import.meta` in the text. */
  readonly metas: readonly number[];
  /** Offsets of the expression after `extends`. */
  readonly heritage: readonly [start: number, end: number] | undefined;
  /** Computed keys of a class's methods. They are not evaluated again: their variables may be gone. */
  readonly keys: readonly ComputedKey[];
  /** The free names that a class uses while it is defined. */
  readonly evaluates: readonly string[];
  /** The key under which the object that is being constructed gets this arrow function. */
  readonly fieldKey: string | undefined;
  /** `this` outside of all functions: undefined in a module. */
  readonly atModuleLevel: boolean;
}

type MethodDefinition = Extract<AnyNode, { type: 'MethodDefinition' }>;

export interface ComputedKey {
  /** Offsets of the key in the text. */
  readonly start: number;
  readonly end: number;
  readonly isStatic: boolean;
  /** The text of the member, from which its function's text is the end. */
  readonly member: string;
}

interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Closures that are made again and again from one text have one recipe. */
const known = new WeakMap<Site, Recipe>();

/** Of a function that stands in a script. */
export function recipeOf(script: Script, { site, text, start }: Located): Recipe {
  let recipe = known.get(site);
  if (!recipe) {
    const { line, column } = placeOf(script, start);
    recipe = { ...readSite(site, text, start), line, column, atModuleLevel: script.isModule && isTopLevel(site) };
    known.set(site, recipe);
  }
  return recipe;
}

/** Of a function that has been rebuilt here: its text is all there is. */
export function recipeOfRecord(record: FunctionRecord): Recipe {
  const [before, after] = wrapping[record.kind];
  const program = parse(before + record.text + after, true);
  const site = sitesOf(program, record.strict === true)[0];
  if (!site) throw new Error(`no function in ${record.text}`);
  const read = readSite(site, record.text, before.length);
  return {
    ...read,
    line: record.line,
    column: record.column,
    kind: record.kind,
    strict: record.strict === true,
    atModuleLevel: true,
  };
}

const wrapping: Record<TextKind, readonly [before: string, after: string]> = {
  expression: ['(', ')'],
  declaration: ['', ''],
  class: ['(', ')'],
  field: ['(', ')'],
  method: ['({', '})'],
  get: ['({', '})'],
  set: ['({', '})'],
};

function readSite(site: Site, text: string, start: number): Omit<Recipe, 'line' | 'column' | 'atModuleLevel'> {
  const { node, holder } = site;
  const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
  const statics = isClass ? staticValues(node) : [];
  const heritage =
    isClass && node.superClass ? ([node.superClass.start - start, node.superClass.end - start] as const) : undefined;
  const blank = new Set<AnyNode>(statics);
  if (isClass && node.superClass) blank.add(node.superClass);
  const keyed = isClass ? computedMethods(node) : [];
  for (const { key } of keyed) blank.add(key);
  const free = freeNames(isMethod(site) && holder ? holder : node, blank);
  const patches: Patch[] = statics.map((one) => ({
    start: one.start,
    end: one.end,
    text: one.type === 'StaticBlock' ? '' : '0',
  }));
  if (isMethod(site) && holder) {
    if (holder.key.type === 'PrivateIdentifier') free.privates.add(holder.key.name);
    // The key expression must not be evaluated again; any key will do, the name is set afterwards.
    if (holder.computed)
      patches.push({
        start: text.indexOf('[') + start,
        end: start + closingBracket(text, holder.key.end - start),
        text: 'm',
      });
  }
  return {
    text: patched(text, start, patches),
    kind: textKind(site),
    strict: site.strict,
    free,
    metas: free.metas.map((at) => at - start),
    heritage,
    keys: keyed.map(({ key, static: isStatic, start: from, end }) => {
      const member = text.slice(from - start, end - start);
      return { start: key.start - start, end: key.end - start, isStatic, member };
    }),
    evaluates: isClass ? evaluatedNames(node) : [],
    fieldKey: node.type === 'ArrowFunctionExpression' ? site.field : undefined,
  };
}

function closingBracket(text: string, from: number): number {
  return text.indexOf(']', from) + 1;
}

function textKind(site: Site): TextKind {
  const { node, holder } = site;
  if (isMethod(site)) {
    return holder?.kind === 'get' || holder?.kind === 'set' ? holder.kind : 'method';
  }
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return 'class';
  return node.type === 'FunctionDeclaration' && node.id ? 'declaration' : 'expression';
}

/** Initialisers that would do again what they have done: their results travel as properties. */
function staticValues(node: ClassNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') found.push(member);
    else if (
      member.type === 'PropertyDefinition' &&
      member.static &&
      member.value &&
      member.key.type !== 'PrivateIdentifier'
    ) {
      found.push(member.value);
    }
  }
  return found;
}

function computedMethods(node: ClassNode): MethodDefinition[] {
  return node.body.body.filter((member) => member.type === 'MethodDefinition' && member.computed) as MethodDefinition[];
}

function evaluatedNames(node: ClassNode): string[] {
  const names: string[] = [];
  const add = (part: AnyNode | null | undefined): void => {
    if (part) names.push(...freeNames(part).names.keys());
  };
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') continue;
    if (member.type === 'PropertyDefinition' && member.computed) add(member.key);
    if (member.type === 'PropertyDefinition' && member.static && member.key.type === 'PrivateIdentifier')
      add(member.value);
  }
  return names;
}

function isTopLevel(site: Site): boolean {
  for (let at = site.outer; at; at = at.outer) if (at.node.type !== 'ArrowFunctionExpression') return false;
  return true;
}

/** Replaces pieces of the text and keeps every other piece where it is. */
function patched(text: string, start: number, patches: readonly Patch[]): string {
  let result = text;
  for (const patch of patches.toSorted((a, b) => b.start - a.start)) {
    const old = result.slice(patch.start - start, patch.end - start);
    const filling = old.slice(patch.text.length).replace(/[^\n]/g, ' ');
    result = result.slice(0, patch.start - start) + patch.text + filling + result.slice(patch.end - start);
  }
  return result;
}
