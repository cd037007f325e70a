import { eachBlock, KEPT, KIND, OWNER, REFERENCES, SHARED } from './blocks.js';
import { collectIfDue } from './collect.js';
import { noteMention } from './handle.js';
import { free, underHeapLock } from './heap.js';
import { COLLECT_AT, COLLECTIONS, LET_GO } from './layout.js';
import { beforeFork } from '../system/generation.js';
import { cellAt, header, type Cell } from './program.js';
import { NEXT_PAGE, PLACES } from './pages.js';
import { takePage } from './references.js';
import { own, ownerOf, uncount } from './owners.js';
import { release } from './release.js';
import { HOLDINGS, indexOf, self, slotBase } from './slots.js';

/**
 * What this process refers to. For the others it stands in pages, blocks of references chained from the process's slot,
 * which are freed when the process is buried:
 *
 *   slot, HOLDINGS  -->  word 0: PLACES, words 1 to PLACES: addresses of objects, or 0;  word PLACES + 1: next page, or 0
 *
 * An object has a place there once it is shared; until then its owner is this process, and that is enough. It holds the
 * place until no object of JavaScript is attached to it any more, which the collector of JavaScript tells.
 */

interface Held {
  /** Objects of JavaScript that refer to it. */
  holders: number;
  place: number;
}

/** The place of what is private. */
const NOWHERE = -1;
/** The place of what the fork server has a reference to: its children die with it, and need none of their own. */
const WITH_SERVER = -2;

const held = new Map<number, Held>();
const pages: number[] = [];
const vacant: number[] = [];

// A child that this process forks of itself refers to all of it as well, from pages of its own in which it stands in the
// same places; so nothing may be private any more.
beforeFork((child) => {
  shareHoldings();
  underHeapLock(() => {
    let end = cellAt(slotBase(indexOf(child)) + HOLDINGS);
    for (const page of pages) {
      const copy = chain(end, takePage());
      const [from, to] = [cellAt(page + 1), cellAt(copy + 1)];
      to.words.set(from.words.subarray(from.index, from.index + PLACES), to.index);
      end = cellAt(copy + NEXT_PAGE);
    }
  });
});

/** Where this process's slot has pages of which it does not know, such as those that its creator has made for it. */
export function findPages(): void {
  pages.length = 0;
  for (let at = endOfChain(); at.words[at.index] !== 0; at = endOfChain()) pages.push(at.words[at.index]!);
}

/** In the fork server, before it forks: nothing that its children will have as well may be private. */
export function shareHoldings(): void {
  for (const [address, known] of held) if (known.place === NOWHERE) share(address, known);
}

/** In a child of the fork server, which never lets go of anything: it has the server's places, and they are not its own. */
export function leaveHoldingsToServer(): void {
  for (const known of held.values()) known.place = WITH_SERVER;
  pages.length = vacant.length = 0;
}

const collected = new FinalizationRegistry(letGo);

/**
 * Keeps an object for as long as `holder` is reachable. The holder has to be what everybody who uses the object's memory
 * refers to in the end, also in the middle of a wait: freed too early, it would be somebody else's memory.
 */
export function attach(holder: object, address: number): void {
  collected.register(holder, address);
  const known = held.get(address);
  if (known) known.holders++;
  else held.set(address, { holders: 1, place: ownerOf(address) === self() ? NOWHERE : occupy(address) });
}

/** Says that the message that is being written refers to the object; `holder` is attached to it. */
export function mention(holder: object, address: number): void {
  const known = held.get(address)!;
  if (known.place === NOWHERE) share(address, known);
  noteMention(address, holder);
}

/** Whether nobody but this thread knows of the object. */
export function isPrivate(address: number): boolean {
  return held.get(address)?.place === NOWHERE;
}

function share(address: number, known: Held): void {
  const place = occupy(address);
  underHeapLock(() => {
    const before = ownerOf(address);
    own(address, SHARED); // it has its place already: nobody can find it without
    uncount(before);
  });
  known.place = place;
}

/** Which of these objects others refer to: another process, or a message on its way. Looks through the heap. */
export function heldElsewhere(addresses: { has(address: number): boolean }): Set<number> {
  const found = new Set<number>();
  const mine = new Set(pages);
  underHeapLock(() =>
    eachBlock((block, words, index) => {
      const kind = words[index + KIND];
      if ((kind !== REFERENCES && kind !== KEPT) || words[index + OWNER] === 0 || mine.has(block)) return;
      for (let place = words[index]!; place > 0; place--) {
        const address = Atomics.load(words, index + place);
        if (address !== 0 && addresses.has(address)) found.add(address);
      }
    }),
  );
  return found;
}

/** Is another text whenever a reference may have gone since, anywhere in the program. */
export function releasesSeen(): string {
  return `${Atomics.load(header(), COLLECTIONS)} ${Atomics.load(header(), LET_GO)}`;
}

function letGo(address: number): void {
  const known = held.get(address)!;
  if (--known.holders > 0) return;
  held.delete(address);
  if (known.place === NOWHERE) return free(address);
  if (known.place === WITH_SERVER) return;
  write(known.place, 0);
  vacant.push(known.place);
  if (vacant.length === pages.length * PLACES) dropPages();
  if (Atomics.add(header(), LET_GO, 1) > header()[COLLECT_AT]!) underHeapLock(collectIfDue);
}

/** Gives the object a place; returns its number. */
function occupy(address: number): number {
  if (vacant.length === 0) addPage();
  const place = vacant.pop()!;
  write(place, address);
  return place;
}

function write(place: number, address: number): void {
  const { words, index } = cellAt(pages[Math.floor(place / PLACES)]! + 1 + (place % PLACES));
  Atomics.store(words, index, address);
}

function addPage(): void {
  const page = underHeapLock(() => chain(endOfChain(), takePage()));
  const first = pages.push(page) * PLACES - PLACES;
  for (let place = first + PLACES - 1; place >= first; place--) vacant.push(place);
}

function chain(end: Cell, page: number): number {
  end.words[end.index] = page;
  return page;
}

/** The word that is to name the next page. */
function endOfChain(): Cell {
  const last = pages.at(-1);
  return cellAt(last === undefined ? slotBase(indexOf(self())) + HOLDINGS : last + NEXT_PAGE);
}

function dropPages(): void {
  pages.length = vacant.length = 0;
  underHeapLock(() => releaseHoldings(self()));
}

/** Under the heap's lock: frees the pages of a process that refers to nothing, or has ended. */
export function releaseHoldings(id: number): void {
  const words = header();
  const at = slotBase(indexOf(id)) + HOLDINGS;
  for (let page = words[at]!; page !== 0; page = words[at]!) {
    const next = cellAt(page + NEXT_PAGE);
    words[at] = next.words[next.index]!; // out of the chain before it is freed, which must not be done twice
    release(page);
  }
}
