/** As long as a timer of Node's can last. */
const LONGEST = 2 ** 31 - 1;

/** Calls `ring` when so many milliseconds are over, and not before: a timer of Node's may be early. Gives what stops it. */
export function alarm(milliseconds: number, ring: () => void): () => void {
  if (milliseconds === Infinity) return () => {};
  const deadline = performance.now() + milliseconds;
  const set = (left: number): NodeJS.Timeout => setTimeout(onTimer, Math.min(Math.ceil(left), LONGEST));
  const onTimer = (): void => {
    const left = deadline - performance.now();
    if (left > 0) timer = set(left);
    else ring();
  };
  let timer = set(milliseconds);
  return () => clearTimeout(timer);
}
