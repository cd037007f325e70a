import type { Payload, PayloadNode } from './payload.js';

/**
 * Whether every later capture of the same function would give the same: it travels by reference, or its text uses no
 * variable whose value travels with it. Who sends a function often need capture such a one only once.
 */
export function isConstant({ nodes, envs }: Payload): boolean {
  return nodes.every(isFixed) && envs.every(({ slots }) => slots.length === 0);
}

/**
 * Whether to make the function runs nothing but its own expression: no module is imported, no class is set up. Then it can
 * be made ahead, in a process that must not run anything of the user's.
 */
export function isInert({ nodes, imports }: Payload): boolean {
  return (
    imports.length === 0 &&
    nodes.every((node) => isHandle(node) || (node[0] === 'function' && node[1].kind !== 'class'))
  );
}

/** A function of the library, which is there already. */
function isHandle(node: PayloadNode): boolean {
  return node[0] === 'handle' && node[1] === 'Export';
}

function isFixed(node: PayloadNode): boolean {
  if (isHandle(node) || node[0] === 'intrinsic' || node[0] === 'import' || node[0] === 'commonjs') return true;
  if (node[0] !== 'function') return false;
  const { self, own, prototype, heritage } = node[1];
  return self === undefined && own === undefined && prototype === undefined && heritage === undefined;
}
