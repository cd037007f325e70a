import type { Payload, PayloadNode } from './payload.js';

/**
 * Whether every later capture of the same function would give the same: it travels by reference, or its text uses no
 * variable whose value travels with it. Who sends a function often need capture such a one only once.
 */
export function isConstant({ nodes, envs }: Payload): boolean {
  return nodes.every(isFixed) && envs.every(({ slots }) => slots.length === 0);
}

function isFixed(node: PayloadNode): boolean {
  if (node[0] === 'intrinsic' || node[0] === 'import' || node[0] === 'commonjs') return true;
  if (node[0] !== 'function') return false;
  const { self, own, prototype, heritage } = node[1];
  return self === undefined && own === undefined && prototype === undefined && heritage === undefined;
}
