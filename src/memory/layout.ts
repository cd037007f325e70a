/**
 * The program's memory is one sparse file without a name, open in every process of the program:
 *
 *   0        HEADER          words that the whole program shares (below)
 *   64 KB    SLOTS           the process table: 1024 slots of 128 bytes
 *   192 KB   REGISTRATIONS   who waits for what: the first 512 entries of 16 bytes of each slot
 *   ...      HEAP            small blocks, up to 1 GB; see heap.ts
 *   1 GB     FAR_ENTRIES     65,536 entries for each slot, of which the first 512 are those above
 *   2 GB     EXTENTS         large blocks, whole pages; see extent.ts
 *
 * An *address* is the number of a 32-bit word below 2 GB. It means the same in every process, so it can be stored in the
 * memory itself and sent anywhere. Pages that nobody has touched cost nothing.
 */
export const WORD = 4;
export const PAGE = 4096;

/** What one process maps at a time; small enough not to weigh on V8's account of external memory. */
export const WINDOW_BYTES = 16 * 2 ** 20;
export const WINDOW_SHIFT = 22; // log2 of the words in a window
export const WINDOW_MASK = 2 ** WINDOW_SHIFT - 1;

export const HEAP_END_BYTES = 2 ** 30;
export const FILE_BYTES = 2 ** 40;

/** Words of the header. Each stands on its own cache line where several processes write it. */
export const HEAP_LOCK = 16; // id of the slot that changes the heap's lists, or 0
export const HEAP_END = 32; // address behind the last block
export const HEAP_RESERVED = 33; // address up to which the file has real pages
export const EXTENT_END = 34; // number of the page behind the last extent
export const EXTENT_WARM = 35; // pages that free extents still hold
export const LET_GO = 36; // references that went since objects were last collected; see collect.ts
export const COLLECT_AT = 37; // how many of them are worth a collection
export const COLLECTIONS = 38; // how many there were (wraps)
export const WATCHER = 40; // pid of the process that removes the program's names when it has ended, and its start time
export const TICKET = 48; // the number that the next one to wait draws
export const SWEPT_AT = 64; // when the table was last searched for the dead, in milliseconds (wraps)
export const SLOTS_USED = 80; // slots with a higher index have never been in use
export const MAIN_SLOT = 96; // id of the slot of the program's main process
export const SETTINGS = 97; // address of what every process of the program has to know; see settings.ts
export const DEADLOCK_AFTER = 98; // milliseconds after which a wait for a lock looks whether it is part of a deadlock, or 0
export const FREE_BLOCKS = 128; // heads of the lists of free blocks, by log2 of their size in words
export const FREE_EXTENTS = 160; // heads of the lists of free extents, by log2 of their size in pages
export const LINKS = 192; // what is being linked or unlinked, three words for each level; see links.ts

export const SLOT_COUNT = 1024;
export const SLOT_WORDS = 32;
export const SLOTS = (64 * 1024) / WORD;

export const ENTRY_COUNT = 2 ** 16;
export const ENTRY_WORDS = 4;
export const NEAR_COUNT = 512;
export const REGISTRATIONS = SLOTS + SLOT_COUNT * SLOT_WORDS;
export const FAR_ENTRIES = HEAP_END_BYTES / WORD;

export const HEAP_START = REGISTRATIONS + SLOT_COUNT * NEAR_COUNT * ENTRY_WORDS;
export const EXTENTS_BYTES = (FAR_ENTRIES + SLOT_COUNT * ENTRY_COUNT * ENTRY_WORDS) * WORD;
