/** The task of all pools. */
export default function noop(x: number): number {
  return x;
}
