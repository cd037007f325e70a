/*
 * The waiting core: who stands in a line, who is called, what a death leaves behind.
 *
 * STEP is what a process does to shared memory by one `Atomics` operation, and where it may die instead. Each process has
 * one entry, which is all that it needs to wait for one thing at a time. A scenario is chosen with -D:
 *
 *   LOCK    processes fight for a Mutex, and one dies; with CALM none is ever hungry, and nobody buries the dead
 *   ITEMS   consumers wait for what producers count up, as in a Store; consumers and repairers die
 *   LOOP    like ITEMS, but that a consumer awaits: some coroutines, one entry, rung by a doorbell
 *
 * A waiter that sleeps for ever is a state in which nothing can move any more, which spin reports as an invalid end state.
 * The looks that sleepers take by themselves now and then would hide a lost call. So there are such looks only in LOCK,
 * and only when somebody has died, who may have been the one who was to call. In the others, nobody dies over a call; where
 * nobody dies at all, a LOOP looks once, at any moment.
 *
 * Plain accesses: the words LINE, DRAWN and ABOUT of an entry have one writer, who writes them before the `Atomics.store`
 * of the entry's state. Who reads them has seen that state by an `Atomics.load` before, or sees by one afterwards that it
 * had not been written yet; then the waiter sees what has changed when it looks again. So they are one step with the state.
 */

#define NONE 9
#define INFINITY 9

/* The phases of an entry (waiters.ts), in the low bits of its word; the serial of the wait stands above them. */
#define IDLE 0
#define BLOCKING 1
#define AWAITING 2
#define CALLED 3
#define PHASE(word) ((word) & 3)
#define WITHOUT_PHASE(word) ((word) & 4)
#define IS_WAITING(word) (PHASE(word) == BLOCKING || PHASE(word) == AWAITING)

/* The values of a line (waiters.ts). */
#define NOBODY 0
#define SOMEBODY 1
#define HUNGRY 2

byte entry[WAITERS];
byte ticket[WAITERS];
byte next_ticket;
byte line;
bool asleep[WAITERS]; /* in futexWait */
bool killed[WAITERS];
bool buried[WAITERS]; /* its slot has ENDED */
byte heap_lock; /* the repairer that holds it, or 0 */
bool repairer_killed;
byte deaths;

#ifdef LOOP
bool rung[WAITERS]; /* RUNG of the slot */
bool bell[WAITERS]; /* there are bytes in its pipe */
#endif

#ifdef LOCK
#define FREE 0
#define RESERVED 8
byte owner; /* word 0 of the Mutex: FREE, RESERVED, or 1 + the number of the process */
byte inside; /* who is in the section that it guards, likewise */
#else
byte items; /* put and not taken */
#endif

#if DEATHS > 0
#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { mortal && deaths < DEATHS -> deaths++; goto dead } fi
#else
#define STEP(...) atomic { __VA_ARGS__ }
#endif

/* firstIn: gives `best` and the state `seen` in which it was, or NONE. */
inline first_in() {
  do
  :: best = NONE;
     STEP(look_at(0));
     STEP(look_at(1));
#if WAITERS > 2
     STEP(look_at(2));
#endif
     if
     :: best == NONE -> break
     :: else ->
        STEP(seen = entry[best]);
        if
        :: IS_WAITING(seen) -> break
        :: else -> seen = 0 /* it has changed by now; then the first is looked for once more */
        fi
     fi
  od
}

inline look_at(who) {
  if
  :: IS_WAITING(entry[who]) && (best == NONE || ticket[who] < ticket[best]) -> best = who
  :: else
  fi
}

/* callEntry: the exchange of the state, and then the wake-up. */
inline call_entry() {
  STEP(
    won = (entry[best] == seen);
    if
    :: won -> entry[best] = WITHOUT_PHASE(seen) + CALLED
    :: else
    fi
  );
  if
  :: won && PHASE(seen) == BLOCKING -> seen = 0; STEP(asleep[best] = false) /* futexWake */
#ifdef LOOP
  :: won && PHASE(seen) == AWAITING -> /* ring: RUNG spares the write when the bell has been rung and not been answered */
     seen = 0;
     STEP(ring = !rung[best]; rung[best] = true);
     if
     :: ring -> STEP(bell[best] = true); ring = false
     :: else
     fi
#endif
  :: else -> seen = 0
  fi
}

/* call and callWaiting. */
inline call_line() {
  call_many(1)
}

inline call_many(count) {
  STEP(left = (line != NOBODY -> count : 0));
  do
  :: left == 0 -> break
  :: else ->
     first_in();
     if
     :: best != NONE ->
        call_entry();
        if
        :: won && left != INFINITY -> left--
        :: else
        fi;
        best = NONE; won = false
     :: else ->
        STEP(line = NOBODY);
#ifdef NO_RESCAN
        left = 0
#else
        first_in();
        if
        :: best == NONE -> left = 0
        :: else ->
           best = NONE; seen = 0;
           STEP(line = SOMEBODY);
#ifndef NO_INFINITY
           left = INFINITY
#endif
        fi
#endif
     fi
  od
}

/* enterLine: first the entry, then the line. */
inline enter_line(phase) {
  STEP(
    if
    :: !has_ticket -> ticket[me] = next_ticket; next_ticket++; has_ticket = true
    :: else
    fi;
    /* One bit of serial: to take a wait for the one before the last would only be a call too many. */
    entry[me] = (4 - WITHOUT_PHASE(entry[me])) + phase
  );
#ifndef LATE_LINE
  show_in_line()
#endif
}

inline show_in_line() {
  STEP(if :: hungry -> line = HUNGRY :: !hungry && line == NOBODY -> line = SOMEBODY :: else fi)
}

/* isCalled. */
inline ask_whether_called() {
  STEP(was_called = (PHASE(entry[me]) == CALLED))
}

/* stayInLine: one who was called waits anew; a call that has come since it asked stays one. */
inline stay_in_line(phase) {
  if
  :: was_called -> was_called = false; STEP(entry[me] = (4 - WITHOUT_PHASE(entry[me])) + phase)
  :: else
  fi;
#ifndef LATE_LINE
  show_in_line()
#endif
}

/* leaveLine: `was_called` says that the call has to be used or passed on. */
inline leave_line() {
  STEP(was_called = (PHASE(entry[me]) == CALLED); entry[me] = WITHOUT_PHASE(entry[me]))
}

inline pass_on() {
#ifndef LOCK
  mortal = false; /* one who dies before it has passed on a call leaves the others to look for themselves */
#endif
  if
#ifndef NO_PASS_ON
  :: was_called -> was_called = false; call_line()
#endif
  :: else -> was_called = false
  fi
}

#ifdef LOCK

/* Mutex.attempt and takeFrom. */
inline attempt() {
  STEP(
    got = (owner == FREE);
    if
    :: got -> come_in()
    :: else -> holder = owner
    fi
  );
  if
  :: !got && holder == RESERVED && (patient || called) -> replace()
  :: !got && holder == RESERVED && !(patient || called) ->
     STEP(got = (line != HUNGRY));
     if
     :: got -> replace()
     :: else
     fi
#ifndef NO_TAKEOVER
  :: !got && holder != RESERVED && (patient && killed[holder - 1] || buried[holder - 1]) -> replace()
#endif
  :: else
  fi;
  holder = FREE
}

inline replace() {
#ifdef BLIND_TAKEOVER
  STEP(got = true; come_in())
#else
  STEP(
    got = (owner == holder);
    if
    :: got -> come_in()
    :: else
    fi
  )
#endif
}

/* No two holders; a dead one is none. */
inline come_in() {
  assert(inside == 0 || killed[inside - 1]);
  owner = me + 1;
  inside = me + 1
}

/* Mutex.release and callNext. */
inline release() {
#ifdef LATE_RELEASE
  call_line();
#endif
  STEP(inside = 0; owner = FREE);
  STEP(hungry = (line == HUNGRY));
  if
  :: hungry -> hungry = false; STEP(if :: owner == FREE -> owner = RESERVED :: else fi)
  :: else
  fi;
#ifndef LATE_RELEASE
  call_line()
#endif
}

/* calm, for one who has been called or is hungry. */
inline calm() {
  if
  :: called || hungry -> called = false; hungry = false; STEP(if :: line == HUNGRY -> line = SOMEBODY :: else fi)
  :: else
  fi
}

/* Somebody has died, and the lock can be had. */
#ifdef NO_TAKEOVER
#define LOOK_HELPS (deaths > 0 && (owner == FREE || owner == RESERVED))
#else
#define LOOK_HELPS (deaths > 0 && (owner == FREE || owner == RESERVED || killed[owner - 1]))
#endif

#else

/* Store.take, as one step: what it consists of is in store.pml. */
inline attempt() {
  STEP(
    got = (items > 0);
    if
    :: got -> items--
    :: else
    fi
  )
}

inline calm() { skip }

#define LOOK_HELPS false

#endif

/* waitSync: a first try, and then sleepSync. Gives `got`. */
inline wait_sync() {
  attempt();
  if
  :: got
  :: else -> sleep_sync()
  fi
}

inline sleep_sync() {
  enter_line(BLOCKING);
  do
  :: true ->
#ifndef NO_SECOND_LOOK
     attempt();
#endif
#ifdef LATE_LINE
     show_in_line();
#endif
     if
     :: got || impatient -> calm(); leave_line(); pass_on(); break /* leave, for good */
     :: else ->
        STEP(asleep[me] = (PHASE(entry[me]) == BLOCKING)); /* sleepInLine */
        if
        :: !asleep[me] /* perhaps by a wake-up that an earlier call has left over */
        :: atomic { asleep[me] && LOOK_HELPS -> asleep[me] = false }
        :: atomic { asleep[me] && gives_up -> asleep[me] = false; impatient = true }
#if DEATHS > 0
        :: atomic { mortal && deaths < DEATHS -> deaths++; goto dead }
#endif
        fi;
        ask_whether_called();
#ifdef LOCK
        called = was_called;
        patient = !called;
        if
#ifndef CALM
        :: called -> hungry = true /* it has waited for long */
#endif
        :: true
        fi;
#endif
#ifdef NO_SECOND_LOOK
        attempt();
#endif
        stay_in_line(BLOCKING)
     fi
  od
}

#define LOCALS \
  byte best = NONE; \
  byte seen, left; \
  bool won, ring, was_called, got, served, has_ticket, patient, impatient, called, hungry

/* What a dead process knew is of no importance to the others. */
#define DEAD \
  atomic { \
    killed[me] = true; asleep[me] = false; \
    best = NONE; seen = 0; left = 0; \
    won = false; ring = false; was_called = false; got = false; served = false; has_ticket = false; patient = false; \
    impatient = false; called = false; hungry = false \
  }

#ifdef LOCK

proctype Contender(byte me; bool mortal; bool gives_up) {
  LOCALS;
  byte holder;
  wait_sync();
  if
  :: got -> release()
  :: else
  fi;
  goto done;
dead:
  DEAD;
  holder = 0;
done:
  skip
}

#else

proctype Consumer(byte me; bool mortal; bool gives_up) {
  LOCALS;
  wait_sync();
  goto done;
dead:
  DEAD;
done:
  skip
}

proctype Producer(byte me; bool mortal; byte count) {
  byte best = NONE;
  byte seen, left;
  bool won, ring;
  STEP(items = items + count); /* Store.put: the store to PUT; or a release of several permits */
  call_many(count);
  goto done;
dead:
  skip;
done:
  skip
}

#endif

#ifdef LOOP

/* takeAll; `served` says whether anybody was. Those who are left draw a ticket of their own then. */
inline take_all() {
  do
  :: coroutines > 0 ->
     attempt();
     if
     :: got -> coroutines--; served = true; has_ticket = false
     :: else -> break
     fi
  :: coroutines == 0 -> break
  od
}

inline second_look() {
#ifndef NO_SECOND_LOOK
  take_all();
#endif
#ifdef LATE_LINE
  show_in_line();
#endif
  skip
}

/* stand: in the line, for those who cannot have it now. */
inline stand() {
  do
  :: coroutines == 0 -> break
  :: else ->
     enter_line(AWAITING);
     second_look();
     if
     :: !served -> break
     :: else -> retreat()
     fi
  od
}

inline retreat() {
  served = false;
  leave_line();
  pass_on()
}

/* serve: those who stand in the line, which leave it only when one of them could take something. */
inline serve() {
  if
  :: was_called -> take_all()
  :: else
  fi;
  if
  :: served -> served = false; leave_line(); was_called = false; stand() /* its call has been used */
  :: else ->
     stay_in_line(AWAITING);
     second_look();
     if
     :: served -> retreat(); stand()
     :: else
     fi
  fi
}

/* look: what was told to onRing. */
inline look() {
  ask_whether_called();
  if
  :: was_called -> serve()
  :: else
  fi
}

/* answerBell. */
inline answer_bell() {
#ifndef LATE_UNMUTE
  STEP(rung[me] = false);
#endif
  look();
#ifdef LATE_UNMUTE
  STEP(rung[me] = false);
#endif
}

/* groups.ts: the coroutines of one process that wait in one line; awake.ts: the turns that its loop takes before it sleeps. */
proctype Loop(byte me; bool mortal; byte coroutines) {
  LOCALS;
  bool awake = false, lucky = true;
#if DEATHS == 0
  bool again = true;
#endif
  take_all(); /* waitAsync */
  served = false;
  stand();
  do
  :: coroutines == 0 && !awake -> break
  :: atomic { bell[me] -> bell[me] = false };
     answer_bell()
  :: lucky && coroutines > 0 -> lucky = false; awake = true; STEP(rung[me] = true) /* stayAwake */
  :: awake -> look() /* a turn that is not the last one */
  :: awake -> awake = false; /* the last one: fallAsleep */
#ifdef NO_LAST_LOOK
     STEP(rung[me] = false)
#else
     answer_bell()
#endif
  :: coroutines > 1 -> coroutines-- /* leaveGroup: the wait of one of them is aborted */
#if DEATHS == 0
  :: again && coroutines > 0 -> again = false; ask_whether_called(); serve() /* lookAgain */
#else
  :: atomic { mortal && deaths < DEATHS -> deaths++; goto dead }
#endif
  od;
  goto done;
dead:
  DEAD;
  coroutines = 0;
done:
  skip
}

#endif

#if DEATHS > 0

/* strikeOutEntry. */
inline strike_out() {
  do
  :: STEP(state = entry[who]);
#ifndef STRIKE_FIRST
     pass_on_of_dead();
#endif
     STEP(
       struck = (entry[who] == state);
       if
       :: struck -> entry[who] = WITHOUT_PHASE(state)
       :: else
       fi
     );
#ifdef STRIKE_FIRST
     pass_on_of_dead();
#endif
     if
     :: struck -> break
     :: else /* somebody has called it at this very moment */
     fi
  od;
  struck = false; state = 0
}

inline pass_on_of_dead() {
  if
#ifndef STRIKE_WITHOUT_CALL
  :: PHASE(state) == CALLED -> call_line()
#endif
  :: else
  fi
}

inline bury() {
  strike_out();
  STEP(buried[who] = true);
  STEP(heap_lock = 0);
  who = 0;
#ifdef LOCK
  call_who_cares(0);
  call_who_cares(1);
#if WAITERS > 2
  call_who_cares(2);
#endif
  best = NONE; won = false
#endif
}

/* callAllWhoCare: who waits for a lock does. */
inline call_who_cares(number) {
  best = number;
  STEP(seen = entry[best]);
  if
  :: IS_WAITING(seen) -> call_entry()
  :: else -> seen = 0
  fi
}

#define HOLDS_HEAP (heap_lock == 0 || heap_lock != me && repairer_killed)

/* bury, under the heap's lock: should the first repairer die over it, the second does all of it again. */
proctype Repairer(byte me; bool mortal) {
  byte best = NONE;
  byte seen, left, state, who;
  bool won, ring, struck;
end:
  do
  :: atomic { HOLDS_HEAP && killed[0] && !buried[0] -> who = 0; heap_lock = me }; bury()
  :: atomic { HOLDS_HEAP && killed[1] && !buried[1] -> who = 1; heap_lock = me }; bury()
#if WAITERS > 2
  :: atomic { HOLDS_HEAP && killed[2] && !buried[2] -> who = 2; heap_lock = me }; bury()
#endif
  od;
dead:
  atomic { repairer_killed = true; best = NONE; seen = 0; left = 0; state = 0; who = 0; won = false; ring = false; struck = false }
}

#endif

init {
  atomic {
#ifdef LOCK
    run Contender(0, true, false);
    run Contender(1, false, false);
#if WAITERS > 2
    run Contender(2, false, false);
#endif
#endif
#ifdef ITEMS
    run Consumer(0, true, GIVES_UP);
    run Consumer(1, false, false);
    run Producer(2, false, 1);
    run Producer(3, false, 1);
#endif
#ifdef LOOP
#if DEATHS > 0
    run Loop(0, true, 1);
    run Consumer(1, false, false);
#else
    run Loop(0, false, 2);
#endif
    run Producer(2, false, 1);
    run Producer(3, false, 1);
#endif
#if DEATHS > 0
#if DEATHS > 1
    run Repairer(1, true);
#endif
#ifndef CALM
    run Repairer(2, false)
#endif
#endif
  }
}
