/*
 * The permits of a semaphore (src/sync/permits.ts, permit-accounts.ts, permit-words.ts): processes take and give by one
 * atomic access to FREE, beside a mark in their own row, while others, who hold the mutex and have closed FREE, release for
 * them and settle what the dead have left. One or two processes may die at any step.
 *
 * What has to hold: whenever FREE is open and nobody is in the middle of a change, free and held together are ALL; in the
 * end, when the dead have been settled, as many permits can be taken as there were at first, less those that somebody holds.
 *
 * The mark of a row and what it counts lie in one word, HELD, which only its own process writes while it lives. These are
 * plain accesses in the source. They are in order all the same: the one to FREE that follows the mark is atomic, and the one
 * that takes the mark away cannot be seen before it; who sees it late only waits a little longer.
 */

#define ROWS 3
#define PROCESSES 3 /* and the survivor */
#ifndef DEATHS
#define DEATHS 1
#endif
#ifdef SIGNALS
#define START 0 /* there are none at first, and those who take one do not give it back */
#else
#define START 1
#endif

#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { mortal && deaths < DEATHS -> deaths++; killed[me] = true; goto dead } fi

short free = START; /* FREE; -1 - n while it is closed */
short all = START; /* ALL */
short taken[ROWS]; /* HELD >> 1 */
bool changing[ROWS]; /* HELD & CHANGING */
short off[ROWS]; /* OFF */
bool used[ROWS]; /* WHO: the row of the process of the same number, or free */
byte mutex; /* 0, or 1 + the number of its holder */
byte settling; /* SETTLING: 0, or 1 + the row */
short left; /* LEFT */
bool killed[4];
byte deaths, ended;
byte took; /* how often FREE was made less by one who takes */

#define held(row) (taken[row] - off[row])
#define all_held (held(0) + held(1) + held(2))

/* attempt and release: take (by < 0) or give one as long as FREE changes meanwhile; `done` says whether. */
inline take_or_give(by) {
  do
  :: STEP(seen = free);
     if
     :: seen < 0 || seen + by < 0 -> done = false; break
     :: else ->
        change(by);
        if
        :: done -> break
        :: else
        fi
     fi
  od
}

/* change: if FREE is what has been `seen`. */
inline change(by) {
#ifdef SHARED_ROW
  /* As if others wrote the same word: what was read before is stored afterwards. */
  before = off[me];
#endif
#ifndef NO_MARK
  STEP(changing[me] = true);
#endif
  STEP(if :: free == seen -> free = seen + by; done = true; took = took + (by < 0) :: else -> done = false fi);
#ifdef SHARED_ROW
  STEP(off[me] = before; if :: done -> taken[me] = taken[me] - by :: else fi; changing[me] = false)
#else
  STEP(if :: done -> taken[me] = taken[me] - by :: else fi; changing[me] = false)
#endif
}

/* finishSettling */
inline finish_settling() {
  if
  :: settling != 0 ->
     STEP(all = left);
     STEP(taken[settling - 1] = off[settling - 1]);
     STEP(used[settling - 1] = false);
     STEP(settling = 0)
  :: else
  fi
}

/* clearChanges: waits for those who live; what is neither free nor held by others is that of those who have died. */
inline clear_changes() {
  row = 0;
  heir = ROWS;
  do
  :: row < ROWS ->
     if
     :: !changing[row]
     :: changing[row] && killed[row] ->
        if
        :: heir == ROWS -> heir = row
        :: else -> STEP(taken[row] = off[row]; changing[row] = false)
        fi
     fi;
     row++
  :: else -> break
  od;
#ifndef NO_HEIR
  if
  :: heir < ROWS ->
     rest = all - (-1 - free) - (all_held - held(heir));
     STEP(taken[heir] = rest + off[heir]; changing[heir] = false)
  :: else
  fi;
#endif
  row = 0;
  heir = 0;
  rest = 0
}

/* exclusively: takes the mutex, also from one who has died, and closes FREE. */
inline begin_exclusively() {
  STEP(mutex == 0 || killed[mutex - 1]; mutex = me + 1);
#ifndef NO_CLOSE
  do
  :: STEP(seen = free);
     if
     :: seen < 0 -> break
     :: else -> STEP(if :: free == seen -> free = -1 - seen; done = true :: else -> done = false fi); if :: done -> break :: else fi
     fi
  od;
#endif
#ifndef NO_WAIT
  clear_changes();
#endif
  finish_settling()
}

inline end_exclusively() {
  rest = all - all_held;
  STEP(free = rest);
  rest = 0;
  STEP(mutex = 0)
}

/* settle: the row of one who has died. */
inline settle(number) {
  rest = START - (all - all_held) - (all_held - held(number));
  if
  :: rest > held(number) -> rest = held(number)
  :: else
  fi;
  if
  :: rest < 0 -> rest = 0
  :: else
  fi;
  STEP(left = all - held(number) + rest);
  rest = 0;
  STEP(settling = number + 1);
  finish_settling()
}

/* releaseAny, of one permit: of the own row, or off another one's, or one more. */
inline release_for_others() {
  begin_exclusively();
  if
  :: held(me) > 0 -> STEP(off[me]++)
  :: else ->
     row = 0;
     do
     :: row < ROWS && held(row) <= 0 -> row++
     :: else -> break
     od;
     if
     :: row < ROWS -> STEP(off[row]++)
     :: else -> STEP(all++)
     fi;
     row = 0
  fi;
  end_exclusively()
}

/* Takes a permit and gives it back. */
proctype user(byte me) {
  short seen, rest;
  byte row, heir;
  bool done;
  bool mortal = true;
#ifdef SHARED_ROW
  short before;
#endif
  STEP(used[me] = true);
  take_or_give(-1);
#ifndef SIGNALS
  if
  :: done ->
     if
     :: held(me) >= 1 -> take_or_give(1)
     :: else -> done = false
     fi;
     if
     :: !done -> release_for_others()
     :: else
     fi
  :: else
  fi;
#endif
dead:
  ended++
}

/* Gives a permit that it never had. */
proctype giver(byte me) {
  short seen, rest;
  byte row, heir;
  bool done;
  bool mortal = true;
  release_for_others();
dead:
  ended++
}

/* In the end somebody settles the dead, and counts. */
active proctype survivor() {
  byte me = PROCESSES;
  bool mortal = false;
  short seen, rest;
  byte row, heir, number;
  bool done;
  atomic {
    run user(0);
    run user(1);
    run giver(2)
  }
  ended == PROCESSES;
  assert(deaths > 0 || free == all - all_held);
  begin_exclusively();
  do
  :: number < ROWS ->
     if
     :: killed[number] && held(number) != 0 -> settle(number)
     :: else
     fi;
     number++
  :: else -> break
  od;
  end_exclusively();
  assert(free == all - all_held);
#ifdef SIGNALS
  assert(free <= 1 - took); /* none comes twice */
  assert(deaths > 0 || free == 1 - took);
#else
  assert(deaths > 0 || free == START + 1); /* nothing lost, nothing doubled */
  assert(free >= START && free <= START + 1); /* what the dead held is back, once */
#endif
dead:
  skip
}
