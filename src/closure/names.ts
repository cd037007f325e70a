/** The scopes inside an analysed function: which names are declared there. */
import { blockNames, varNames } from './declared.js';
import { type AnyNode, boundNames } from './parse.js';

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;
export type ClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;

export interface Names {
  readonly names: ReadonlySet<string>;
  readonly up: Names | undefined;
}

export function isDeclared(scope: Names | undefined, name: string): boolean {
  for (let at = scope; at; at = at.up) if (at.names.has(name)) return true;
  return false;
}

/** What a function declares for its body: parameters, variables, its own name if it is an expression. */
export function namesOfFunction(node: FunctionNode): Set<string> {
  const names = new Set<string>();
  if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
  for (const param of node.params) for (const name of boundNames(param)) names.add(name);
  if (node.type !== 'ArrowFunctionExpression') names.add('arguments');
  if (node.body.type === 'BlockStatement') addBody(node.body.body, names);
  return names;
}

export function namesOfStaticBlock(body: readonly AnyNode[]): Set<string> {
  const names = new Set(['arguments']);
  addBody(body, names);
  return names;
}

function addBody(body: readonly AnyNode[], names: Set<string>): void {
  varNames(body, names);
  blockNames(body, names);
}

/** The private names of a class, without the #. */
export function privateNamesOfClass(node: ClassNode): Set<string> {
  const names = new Set<string>();
  for (const member of node.body.body) {
    if (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') names.add(member.key.name);
  }
  return names;
}
