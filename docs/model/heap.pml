/*
 * The heap's lock (src/memory/heap.ts: underHeapLock, lockSlowly) and what its holder changes (blocks.ts), with a death at
 * any step, also in the middle of the repair: blocks may only get lost from the lists, and the repair brings them back.
 *
 * Two of three processes may die, each at any step; another one takes all free blocks in the end, and must find each of
 * them once.
 * Words are plain here and in the source: they belong to the holder, and the `Atomics` of the lock order them.
 */

#define BLOCKS 4 /* number 0 is none; one stands in the list at first, and two can be carved */
#define PROCESSES 4

#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { mortal -> goto dead } fi

byte lock; /* HEAP_LOCK: 0, or 1 + the number of the holder */
byte list = 1; /* FREE_BLOCKS */
byte end = 2; /* HEAP_END: blocks from here on are none yet */
byte next[BLOCKS];
byte owner[BLOCKS];
bool sized[BLOCKS];
bool killed[PROCESSES];
byte ended;

/* putBlock and pushTo. */
inline put_block(block) {
  STEP(owner[block] = 0);
  STEP(next[block] = list);
  STEP(list = block)
}

/* rebuildLists: each of its steps may be the last one of its process. */
inline rebuild_lists() {
#ifndef NO_REBUILD
  STEP(list = 0);
  at = 1;
  do
  :: at == end -> break
  :: else ->
     assert(sized[at]); /* what says where the next one begins */
     if
     :: owner[at] == 0 -> STEP(next[at] = list); STEP(list = at)
     :: else
     fi;
     at++
  od;
  at = 0
#else
  skip
#endif
}

inline lock_heap() {
  STEP(
    lock == 0 || killed[lock - 1];
    was_held = (lock != 0);
    before = lock;
    if
    :: !was_held -> lock = me + 1
    :: else
    fi
  );
  if
  :: was_held ->
#ifdef BLIND_TAKEOVER
     STEP(lock = me + 1; got = true);
#else
     STEP(got = (lock == before); if :: got -> lock = me + 1 :: else fi);
#endif
     if
     :: got -> rebuild_lists()
     :: else
     fi
  :: else -> got = true
  fi;
  before = 0; was_held = false
}

/* takeBlock: one from the list, or a new one behind the last; and own. */
inline take_block() {
  STEP(block = list);
  if
  :: block != 0 -> STEP(list = next[block])
  :: block == 0 && end < BLOCKS ->
     block = end;
#ifdef SIZE_LAST
     STEP(end++);
     STEP(sized[block] = true)
#else
     STEP(sized[block] = true);
     STEP(end++)
#endif
  :: else
  fi;
  if
  :: block != 0 -> STEP(assert(owner[block] == 0); owner[block] = me + 1)
  :: else
  fi
}

proctype User(byte me; bool mortal) {
  byte block, at, before;
  bool got, was_held;
  do
  :: lock_heap(); if :: got -> break :: else fi
  od;
  take_block();
  STEP(assert(lock == me + 1); lock = 0);
  if
  :: block != 0 ->
     got = false;
     do
     :: lock_heap(); if :: got -> break :: else fi
     od;
     assert(owner[block] == me + 1); /* nobody else has got it */
     put_block(block);
     STEP(assert(lock == me + 1); lock = 0)
  :: else
  fi;
  goto done;
dead:
  atomic { killed[me] = true; block = 0; at = 0; before = 0; got = false; was_held = false };
done:
  ended++
}

/* Buries the dead, and takes what is free: each block once, and none is missing. */
proctype Witness(byte me; bool mortal) {
  byte block, at, before, count;
  bool got, was_held;
  ended == 3;
  do
  :: lock_heap(); if :: got -> break :: else fi
  od;
  atomic {
    /* releaseBlocksOf, for each of the dead */
    at = 1;
    do
    :: at == end -> break
    :: else ->
       if
       :: owner[at] != 0 && killed[owner[at] - 1] -> owner[at] = 0; next[at] = list; list = at
       :: else
       fi;
       at++
    od;
    do
    :: list == 0 -> break
    :: else ->
       block = list;
       list = next[block];
       assert(owner[block] == 0);
       owner[block] = me + 1;
       count++
    od;
    assert(count == end - 1)
  };
  goto done;
dead:
  skip;
done:
  skip
}

init {
  atomic {
    sized[1] = true;
    run User(0, true);
    run User(1, true);
    run User(2, false);
    run Witness(3, false)
  }
}
