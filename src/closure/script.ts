/** A parsed script: its functions by position, its imports, its exports. Made once for each script. */
import { pathToFileURL } from 'node:url';
import { Changes } from './changes.js';
import { type AnyNode, type Program, boundNames, children, keyName, parse } from './parse.js';
import type { RawScript } from './inspector.js';

export interface ImportBinding {
  readonly specifier: string;
  /** The exported name, or '*' for the namespace. */
  readonly name: string;
  readonly attributes: Record<string, string> | undefined;
}

/** One function or class of the source. */
export interface Site {
  /** The function or class itself. */
  readonly node: AnyNode;
  /** The method, accessor or property whose value it is. */
  readonly holder: Extract<AnyNode, { type: 'MethodDefinition' | 'Property' }> | undefined;
  /** The key under which the object that is being constructed gets it: `key = () => ...`, `this.key = () => ...`. */
  readonly field: string | undefined;
  readonly outer: Site | undefined;
  readonly strict: boolean;
}

export interface Script {
  readonly raw: RawScript;
  readonly source: string;
  /** Where relative imports are resolved from: the address as a URL. */
  readonly href: string;
  readonly isModule: boolean;
  /** Positions at which the lines begin. */
  readonly lines: readonly number[];
  readonly sites: readonly Site[];
  readonly imports: ReadonlyMap<string, ImportBinding>;
  /** Local name to exported name. */
  readonly exports: ReadonlyMap<string, string>;
  readonly defaultExport: AnyNode | undefined;
  readonly changes: Changes;
}

const parsed = new Map<string, Script>();

export function parsedScript(raw: RawScript, isModule: boolean): Script {
  const known = parsed.get(raw.id);
  if (known) return known;
  const source = raw.source ?? '';
  const program = parse(source, isModule);
  const changes = new Changes(isModule || hasUseStrict(program.body));
  const script: Script = {
    raw,
    source,
    href: hrefOf(raw.url),
    isModule,
    lines: lineStarts(source),
    sites: sitesOf(program, isModule, changes),
    changes,
    imports: importsIn(program),
    ...exportsIn(program),
  };
  parsed.set(raw.id, script);
  return script;
}

/** CommonJS scripts are named by path, modules by URL. */
export function hrefOf(address: string): string {
  return address.startsWith('/') ? pathToFileURL(address).href : address;
}

/** Zero-based line and column of a position of the source. */
export function placeOf(script: Script, position: number): { line: number; column: number } {
  let low = 0;
  let high = script.lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((script.lines[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: position - (script.lines[low] ?? 0) };
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function hasUseStrict(body: readonly AnyNode[]): boolean {
  return body.some(
    (node) => node.type === 'ExpressionStatement' && 'directive' in node && node.directive === 'use strict',
  );
}

/** The functions and classes of a program in the order of the source, outer ones first. */
export function sitesOf(program: Program, strict: boolean, changes?: Changes): Site[] {
  const sites: Site[] = [];
  collectSites(program, { outer: undefined, strict: strict || hasUseStrict(program.body) }, sites, changes);
  return sites;
}

interface Around {
  readonly outer: Site | undefined;
  readonly strict: boolean;
  readonly holder?: Site['holder'];
  readonly field?: string | undefined;
}

function collectSites(
  node: AnyNode,
  { outer, strict, holder, field }: Around,
  sites: Site[],
  changes: Changes | undefined,
): void {
  changes?.note(node);
  let inside: Around = { outer, strict };
  switch (node.type) {
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
      const isStrict = strict || isClass || (node.body.type === 'BlockStatement' && hasUseStrict(node.body.body));
      const site: Site = { node, holder, field, outer, strict: isStrict };
      sites.push(site);
      inside = { outer: site, strict: isStrict };
      break;
    }
    default:
  }
  for (const child of children(node)) {
    const isHolder = (node.type === 'MethodDefinition' || node.type === 'Property') && child === node.value;
    const around = { ...inside, holder: isHolder ? node : undefined, field: fieldOf(node, child, field) };
    collectSites(child, around, sites, changes);
  }
}

/** The key that `child` is given to in the object under construction. Compilers write fields as assignments or calls. */
function fieldOf(node: AnyNode, child: AnyNode, field: string | undefined): string | undefined {
  switch (node.type) {
    case 'PropertyDefinition':
      return child === node.value && !node.computed ? keyName(node.key) : undefined;
    case 'AssignmentExpression': {
      const { left } = node;
      const isOfThis = left.type === 'MemberExpression' && left.object.type === 'ThisExpression' && !left.computed;
      return isOfThis && child === node.right ? keyName(left.property) : undefined;
    }
    case 'CallExpression': {
      // esbuild: `__publicField(this, "key", () => ...)`, and `__name(() => ..., "key")` around any function.
      const [first, second, third] = node.arguments;
      const defines = first?.type === 'ThisExpression' && second?.type === 'Literal' && child === third;
      return defines ? keyName(second) : field;
    }
    default:
      return undefined;
  }
}

function importsIn(program: Program): Map<string, ImportBinding> {
  const imports = new Map<string, ImportBinding>();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') continue;
    const attributes = node.attributes.length
      ? Object.fromEntries(node.attributes.map((one) => [keyName(one.key) ?? '', String(one.value.value)]))
      : undefined;
    for (const one of node.specifiers) {
      let name = 'default';
      if (one.type === 'ImportNamespaceSpecifier') name = '*';
      if (one.type === 'ImportSpecifier') name = keyName(one.imported) ?? '';
      imports.set(one.local.name, { specifier: String(node.source.value), name, attributes });
    }
  }
  return imports;
}

function exportsIn(program: Program): { exports: Map<string, string>; defaultExport: AnyNode | undefined } {
  const exports = new Map<string, string>();
  let defaultExport: AnyNode | undefined;
  for (const node of program.body) {
    if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      defaultExport = declaration;
      if (declaration.type === 'Identifier') exports.set(declaration.name, 'default');
      else if ('id' in declaration && declaration.id) exports.set(declaration.id.name, 'default');
    }
    if (node.type !== 'ExportNamedDeclaration' || node.source) continue;
    for (const one of node.specifiers) exports.set(keyName(one.local) ?? '', keyName(one.exported) ?? '');
    if (node.declaration?.type === 'VariableDeclaration') {
      for (const one of node.declaration.declarations) for (const name of boundNames(one.id)) exports.set(name, name);
    } else if (node.declaration?.id) exports.set(node.declaration.id.name, node.declaration.id.name);
  }
  return { exports, defaultExport };
}
