/**
 * Garbage in a process that forks. A child that is forked when the young generation is nearly full has to collect it at
 * once, and one that is forked while the heap is being marked goes on with that, all in memory that it has to copy for it:
 * it costs each child more than all the rest of its life. The fork server, besides, never comes to the event loop in which
 * V8 would see to it.
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

/** In the fork server, before a fork: like `makeRoom`, now and then. */
export function makeRoomInServer(): void {
  if (forks++ % FORKS_BETWEEN_LOOKS === 0) makeRoom();
}

/** Before a fork: leaves the child about half of the young generation. */
export function makeRoom(): void {
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
