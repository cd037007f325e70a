/** Which variables of a script may change after they have got their first value: by their names, whatever scope they are in. */
import { type AnyNode, type Pattern, boundNames } from './parse.js';

export class Changes {
  readonly #names = new Set<string>();
  /** `var`s that are written once, by a statement that runs once. */
  readonly #once = new Set<AnyNode>();
  readonly #declared = new Set<string>();
  #any: boolean;

  /** Outside of strict mode `with` and `arguments` change variables that they do not name. */
  constructor(isStrict: boolean) {
    this.#any = !isStrict;
  }

  mayChange(name: string): boolean {
    return this.#any || this.#names.has(name);
  }

  /** To be called with each node of the script, outer ones first. */
  note(node: AnyNode): void {
    switch (node.type) {
      case 'Program':
        for (const statement of node.body) if (statement.type === 'VariableDeclaration') this.#once.add(statement);
        break;
      case 'VariableDeclaration':
        if (node.kind === 'var') for (const { id } of node.declarations) this.#noteVar(id, this.#once.has(node));
        break;
      case 'AssignmentExpression':
        this.#add(node.left);
        break;
      case 'UpdateExpression':
        this.#add(node.argument as Pattern);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        if (node.left.type !== 'VariableDeclaration') this.#add(node.left);
        break;
      case 'ImportDeclaration':
        for (const { local } of node.specifiers) this.#names.add(local.name); // the module that it comes from may change it
        break;
      case 'CallExpression':
        this.#any ||= node.callee.type === 'Identifier' && node.callee.name === 'eval';
        break;
      default:
    }
  }

  #noteVar(pattern: Pattern, runsOnce: boolean): void {
    for (const name of boundNames(pattern)) {
      if (!runsOnce || this.#declared.has(name)) this.#names.add(name);
      this.#declared.add(name);
    }
  }

  #add(pattern: Pattern): void {
    for (const name of boundNames(pattern)) this.#names.add(name);
  }
}
