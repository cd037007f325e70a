/** The names that a list of statements declares: by `var` in the function around it, by the rest in its own block. */
import { type AnyNode, boundNames, children } from './parse.js';

/** Names declared by `var` in these statements, at any depth but not inside other functions and classes. */
export function varNames(body: readonly AnyNode[], names: Set<string>): void {
  for (const node of body) {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ClassDeclaration':
      case 'ClassExpression':
        continue;
      case 'VariableDeclaration':
        if (node.kind === 'var') for (const one of node.declarations) addAll(names, boundNames(one.id));
        break;
      default:
    }
    varNames([...children(node)], names);
  }
}

/** Names of the `let`, `const`, `using`, function, class and import declarations that stand directly in these statements. */
export function blockNames(body: readonly AnyNode[], names: Set<string>): void {
  for (const node of body) {
    switch (node.type) {
      case 'VariableDeclaration':
        if (node.kind !== 'var') for (const one of node.declarations) addAll(names, boundNames(one.id));
        break;
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        if (node.id) names.add(node.id.name);
        break;
      default:
    }
  }
}

function addAll(names: Set<string>, more: readonly string[]): void {
  for (const name of more) names.add(name);
}
