/**
 * The free names of a function or class: what it reads and assigns that it does not declare itself. Besides the names,
 * what makes a function impossible to move is noted: the `this` around it, private names of its class, `super`, `eval`.
 */
import { type AnyNode, type Pattern, boundNames, children } from './parse.js';
import { blockNames } from './declared.js';
import {
  type ClassNode,
  type FunctionNode,
  type Names,
  isDeclared,
  namesOfFunction,
  namesOfStaticBlock,
  privateNamesOfClass,
} from './names.js';

export interface Free {
  /** Free names, and whether the function assigns them. */
  readonly names: Map<string, { assigned: boolean }>;
  /** Positions of `import.meta`, which is a syntax error where the function is rebuilt. */
  readonly metas: number[];
  /** Private names (without the #) of a class around the function. */
  readonly privates: Set<string>;
  usesThis: boolean;
  usesArguments: boolean;
  usesNewTarget: boolean;
  usesSuper: boolean;
  usesEval: boolean;
}

/** What an expression may use of the functions and classes around it. */
interface Place {
  /** `this` and `new.target` belong to a function inside the analysed one. */
  readonly ownThis: boolean;
  /** `super` belongs to a class or object literal inside the analysed one. */
  readonly ownSuper: boolean;
  readonly privates?: ReadonlySet<string>;
  readonly outer?: Place;
}

const outside: Place = { ownThis: false, ownSuper: false };

/**
 * The free names of one function, class, method or expression.
 * `blank` names the nodes that do not travel: the `extends` expression and the static initialisers of a class.
 */
export function freeNames(root: AnyNode, blank: ReadonlySet<AnyNode> = new Set()): Free {
  return new Walk(blank).run(root);
}

class Walk {
  readonly #blank: ReadonlySet<AnyNode>;
  readonly #free: Free = {
    names: new Map(),
    metas: [],
    privates: new Set(),
    usesThis: false,
    usesArguments: false,
    usesNewTarget: false,
    usesSuper: false,
    usesEval: false,
  };

  constructor(blank: ReadonlySet<AnyNode>) {
    this.#blank = blank;
  }

  run(root: AnyNode): Free {
    if (root.type === 'MethodDefinition' || root.type === 'Property') {
      this.#function(root.value as FunctionNode, undefined, outside);
    } else {
      this.#walk(root, undefined, outside);
    }
    return this.#free;
  }

  #name(scope: Names | undefined, name: string, assigned: boolean): void {
    if (isDeclared(scope, name)) return;
    if (name === 'arguments') {
      this.#free.usesArguments = true;
      return;
    }
    const known = this.#free.names.get(name);
    if (known) known.assigned ||= assigned;
    else this.#free.names.set(name, { assigned });
  }

  #function(node: FunctionNode, up: Names | undefined, place: Place): void {
    const scope = { names: namesOfFunction(node), up };
    const inside = node.type === 'ArrowFunctionExpression' ? place : { ...place, ownThis: true };
    for (const param of node.params) this.#pattern(param, scope, inside, false);
    if (node.body.type === 'BlockStatement')
      for (const statement of node.body.body) this.#walk(statement, scope, inside);
    else this.#walk(node.body, scope, inside);
  }

  #class(node: ClassNode, up: Names | undefined, outer: Place): void {
    const scope = { names: new Set(node.id ? [node.id.name] : []), up };
    this.#walk(node.superClass, scope, outer);
    const inside: Place = { ownThis: true, ownSuper: true, privates: privateNamesOfClass(node), outer };
    for (const member of node.body.body) {
      if (this.#blank.has(member)) continue;
      if (member.type === 'StaticBlock') {
        const names = namesOfStaticBlock(member.body);
        for (const statement of member.body) this.#walk(statement, { names, up: scope }, inside);
        continue;
      }
      if (member.computed) this.#walk(member.key, scope, outer);
      if (member.type === 'MethodDefinition') this.#function(member.value, scope, inside);
      else this.#walk(member.value, { names: new Set(['arguments']), up: scope }, inside);
    }
  }

  #private(name: string, place: Place): void {
    for (let at: Place | undefined = place; at; at = at.outer) if (at.privates?.has(name)) return;
    this.#free.privates.add(name);
  }

  #block(body: AnyNode[], up: Names | undefined, place: Place): void {
    const names = new Set<string>();
    blockNames(body, names);
    for (const statement of body) this.#walk(statement, { names, up }, place);
  }

  /** A pattern, either of a declaration (its names are declared already) or the left side of an assignment. */
  #pattern(pattern: Pattern | null, scope: Names | undefined, place: Place, assigns: boolean): void {
    switch (pattern?.type) {
      case 'Identifier':
        if (assigns) this.#name(scope, pattern.name, true);
        break;
      case 'MemberExpression':
        this.#walk(pattern, scope, place);
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') {
            this.#pattern(property.argument, scope, place, assigns);
            continue;
          }
          if (property.computed) this.#walk(property.key, scope, place);
          this.#pattern(property.value, scope, place, assigns);
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) this.#pattern(element, scope, place, assigns);
        break;
      case 'AssignmentPattern':
        this.#pattern(pattern.left, scope, place, assigns);
        this.#walk(pattern.right, scope, place);
        break;
      case 'RestElement':
        this.#pattern(pattern.argument, scope, place, assigns);
        break;
      default:
    }
  }

  #loop(
    node: Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' | 'ForStatement' }>,
    up: Names | undefined,
    place: Place,
  ): void {
    const head = node.type === 'ForStatement' ? node.init : node.left;
    const names = new Set<string>();
    if (head?.type === 'VariableDeclaration') blockNames([head], names);
    const scope = { names, up };
    if (node.type === 'ForStatement' || head?.type === 'VariableDeclaration') this.#walk(head, scope, place);
    else this.#pattern(head as Pattern, scope, place, true);
    if (node.type === 'ForStatement') {
      this.#walk(node.test, scope, place);
      this.#walk(node.update, scope, place);
    } else this.#walk(node.right, scope, place);
    this.#walk(node.body, scope, place);
  }

  #walk(node: AnyNode | null | undefined, scope: Names | undefined, place: Place): void {
    if (!node || this.#blank.has(node)) return;
    switch (node.type) {
      case 'Identifier':
        return this.#name(scope, node.name, false);
      case 'PrivateIdentifier':
        return this.#private(node.name, place);
      case 'ThisExpression':
        this.#free.usesThis ||= !place.ownThis;
        return;
      case 'Super':
        this.#free.usesSuper ||= !place.ownSuper;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.#free.metas.push(node.start);
        else this.#free.usesNewTarget ||= !place.ownThis;
        return;
      case 'MemberExpression':
        this.#walk(node.object, scope, place);
        if (node.computed || node.property.type === 'PrivateIdentifier') this.#walk(node.property, scope, place);
        return;
      case 'Property':
        if (node.computed) this.#walk(node.key, scope, place);
        if (node.method || node.kind !== 'init')
          this.#function(node.value as FunctionNode, scope, { ...place, ownSuper: true });
        else this.#walk(node.value, scope, place);
        return;
      case 'AssignmentExpression':
        this.#pattern(node.left, scope, place, true);
        return this.#walk(node.right, scope, place);
      case 'UpdateExpression':
        return this.#pattern(node.argument as Pattern, scope, place, true);
      case 'LabeledStatement':
        return this.#walk(node.body, scope, place);
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.#function(node, scope, place);
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.#class(node, scope, place);
      case 'VariableDeclarator':
        this.#pattern(node.id, scope, place, false);
        return this.#walk(node.init, scope, place);
      case 'BlockStatement':
        return this.#block(node.body, scope, place);
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.#loop(node, scope, place);
      case 'SwitchStatement':
        this.#walk(node.discriminant, scope, place);
        for (const branch of node.cases) this.#walk(branch.test, scope, place);
        return this.#block(
          node.cases.flatMap((branch) => branch.consequent),
          scope,
          place,
        );
      case 'CatchClause': {
        const inner = { names: new Set(boundNames(node.param)), up: scope };
        this.#pattern(node.param ?? null, inner, place, false);
        return this.#walk(node.body, inner, place);
      }
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.#free.usesEval = true;
        break;
      default:
    }
    for (const child of children(node)) this.#walk(child, scope, place);
  }
}
