import { parse, type ParserOptions } from '@babel/parser';

export interface Syntax {
  readonly functions: number;
  /** In lines. */
  readonly longestFunction: number;
  /** How many blocks and bodies stand inside of each other. */
  readonly deepestNesting: number;
}

/** A part of a syntax tree: the parser's nodes, and the arrays of them. */
type Part = Readonly<Record<string, unknown>>;

const functions =
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|(?:Object|Class|ClassPrivate)Method)$/;
const nesting = /^(?:BlockStatement|ClassBody|StaticBlock|SwitchStatement|ObjectExpression|TS\w*(?:Block|Body))$/;

/** Parses JavaScript or TypeScript, whichever the file's name says, and measures it. */
export function measureSyntax(path: string, source: string): Syntax {
  const found = { functions: 0, longestFunction: 0, deepestNesting: 0 };
  // A stack of our own: generated code can be nested more deeply than calls can.
  const open: { part: Part; depth: number }[] = [{ part: treeOf(path, source), depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part } = next;
    const type = String(part['type']);
    const depth = next.depth + (nesting.test(type) ? 1 : 0);
    found.deepestNesting = Math.max(found.deepestNesting, depth);
    if (functions.test(type)) {
      found.functions++;
      found.longestFunction = Math.max(found.longestFunction, linesOf(part));
    }
    for (const name in part) {
      const child = part[name];
      if (name !== 'loc' && isPart(child)) open.push({ part: child, depth });
    }
  }
  return found;
}

function treeOf(path: string, source: string): Part {
  const [, kind, language, jsx] = /\.([cm]?)([jt])s(x?)$/.exec(path) ?? [];
  const plugins: ParserOptions['plugins'] = ['decorators'];
  if (language === 't') plugins.push(['typescript', { dts: /\.d\.[cm]?ts$/.test(path) }]);
  // In plain TypeScript `<T>x` is a cast.
  if (language === 'j' || jsx) plugins.push('jsx');
  const sourceType = kind === 'm' ? 'module' : 'unambiguous';
  const tree = parse(source, {
    plugins,
    sourceType,
    attachComment: false,
    // A CommonJS module is the body of a function; a declaration file exports what others have declared.
    allowReturnOutsideFunction: true,
    allowNewTargetOutsideFunction: true,
    allowUndeclaredExports: true,
  });
  return tree.program as unknown as Part;
}

function linesOf({ loc }: Part): number {
  const { start, end } = loc as { start: { line: number }; end: { line: number } };
  return end.line - start.line + 1;
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null;
}
