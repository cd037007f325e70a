import { cellAt } from './program.js';
import { HOLDINGS, slotBase } from './slots.js';

/** The pages in which it stands what a process refers to, see holdings.ts; one leads to the next. */
export const PLACES = 250;
export const NEXT_PAGE = PLACES + 1;

/** The pages of the process in a slot. */
export function* pagesOf(slot: number): Generator<number> {
  for (let at = slotBase(slot) + HOLDINGS; ;) {
    const { words, index } = cellAt(at);
    const page = words[index]!;
    if (page === 0) return;
    yield page;
    at = page + NEXT_PAGE;
  }
}
