/**
 * Garbage in the fork server, which never comes to the event loop in which V8 would see to it. A child that is forked when
 * the young generation is nearly full has to collect it, a child that is forked while the heap is being marked goes on with
 * that, and so does each of the following ones: it costs each of them more than all the rest of its life.
 */
type Collect = (options?: { type: 'minor' }) => void;

let collect: Collect = (options) => (collect = findCollect())(options);

const FORKS_BETWEEN = 1000;
let forks = 0;
let due = 1;

// Both modules are loaded here: the import of the library does without them.
function findCollect(): Collect {
  const v8 = process.getBuiltinModule('node:v8');
  const vm = process.getBuiltinModule('node:vm');
  v8.setFlagsFromString('--expose-gc');
  const found = vm.runInNewContext('gc') as Collect;
  v8.setFlagsFromString('--no-expose-gc');
  return found;
}

/** A look takes longer than what the server allocates for one child (some 20 KB) is worth. */
const FORKS_BETWEEN_LOOKS = 4;

/** Before a fork: leaves the child about half of the young generation. */
export function makeRoom(): void {
  if (forks++ % FORKS_BETWEEN_LOOKS !== 0) return;
  const v8 = process.getBuiltinModule('node:v8');
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')!;
  if (young.space_used_size > young.space_available_size) collect({ type: 'minor' });
}

/** When there is nothing to do, now and then: collects everything, ten milliseconds long. What V8 had begun ends with it. */
export function tidy(): void {
  if (forks < due) return;
  due = forks + FORKS_BETWEEN;
  collect();
}
