/*
 * The store of messages (src/channel/store.ts): putters and takers, some of whom die at any step, and where each message,
 * each chunk and each parcel is in the end.
 *
 * A chunk has room for one message and a link here, so that every message but the first needs a new one. Message number v
 * is long, and so in a parcel, when v is odd. With PUTTER_DIES there are two putters, one of whom may die, and a taker;
 * without it a putter, and two takers, one of whom may die. A section under the heap's lock is one step: what a death in the middle of it
 * leaves is heap.pml. The mutexes are what waiting.pml shows of them: one holder, and a dead one's are taken over.
 *
 * Plain accesses: the words of a chunk, TAILS, SPARE and what is behind the tail belong to the holder of the putting mutex,
 * HEADS and LEFT to the one of the taking mutex, and the `Atomics` of the mutexes order them. A taker reads of a putter
 * only what lies before PUT, which it has read by an `Atomics.load` of what was stored after all of it; and so they are
 * steps of their own here, between which one may die, in the order of the program. As long as nobody else has taken, a
 * taker knows what PUT was, and does not look at it again.
 */

#define DEATHS 1
#define MESSAGES 3
#define CHUNKS 6 /* number 0 is none */
#define PARCELS 4
#define PROCESSES 4 /* 0, 1: putters; 2, 3: takers */

#define LINK 100
#define FREE 0
#define SHARED 9 /* else 1 + the number of a process */

#define GIVE 0
#define TAKE 1

byte put, taken;
byte putting, taking; /* the mutexes: 0, or 1 + the number of the holder */
byte spare, left_chunk; /* the words SPARE and LEFT */
byte tail_chunk[2], tail_offset[2], head_chunk[2], head_offset[2];

/* Of each chunk: whether it is in use, and per place the two halves of a message, or a link. */
bool used[CHUNKS];
byte word[CHUNKS * 2];
byte rest[CHUNKS * 2];

byte owner[PARCELS];
byte content[PARCELS];

/* The words HAND, WAY and NUMBER of each slot. */
byte hand[PROCESSES];
byte way[PROCESSES];
byte number[PROCESSES];

bool killed[PROCESSES];
bool buried[PROCESSES];
byte deaths;
byte ended;
byte putters_ended;

/* What really happened: to be compared with in the end. */
byte accepted[MESSAGES + 1];
byte delivered[MESSAGES + 1];
byte in_hand[PROCESSES]; /* the message that a process has taken and not delivered yet */

#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { mortal && deaths < DEATHS -> deaths++; goto dead } fi

#define AT(chunk, offset) ((chunk) * 2 + (offset))

inline reserve_chunk(into) {
  into = 1;
  do
  :: used[into] -> into++
  :: else -> break
  od;
  used[into] = true;
  word[AT(into, 0)] = 0; rest[AT(into, 0)] = 0; word[AT(into, 1)] = 0; rest[AT(into, 1)] = 0
}

/* settleHand: the parcel that a dead process had in hand is its own, and goes with it, unless it lies in the store. */
inline settle_hand(who) {
  if
  :: hand[who] != 0 ->
     if
     :: way[who] == GIVE && put == number[who] && owner[hand[who] - 1] == SHARED -> owner[hand[who] - 1] = who + 1
     :: way[who] == TAKE && taken != number[who] && owner[hand[who] - 1] == SHARED -> owner[hand[who] - 1] = who + 1
     :: else
     fi;
     hand[who] = 0
  :: else
  fi
}

/* settleHandsAt, for those who had to do with one of the two counters. */
inline settle_hands_at(direction) {
#ifndef NO_SETTLING
  other = 0;
  do
  :: other == PROCESSES -> break
  :: other < PROCESSES ->
     if
     :: killed[other] && way[other] == direction -> settle_hand(other)
     :: else
     fi;
     other++
  od;
#endif
  other = 0
}

/* Store.append, under the putting mutex, and what it is called by. */
proctype Putter(byte me; bool mortal; byte message; byte until) {
  byte chunk, offset, parcel, fresh, other;
  do
  :: message > until -> break
  :: else ->
     if
     :: message % 2 == 1 -> /* storeParcel: the putter's own, and not under the mutex */
        STEP(
          parcel = 0;
          do
          :: owner[parcel] != FREE -> parcel++
          :: else -> break
          od;
          owner[parcel] = me + 1;
          content[parcel] = message;
          parcel++ /* 0 is none */
        )
     :: else
     fi;
     STEP(
       putting == 0 || killed[putting - 1];
       other = putting;
       putting = me + 1;
       assert(other == 0 || other != me + 1)
     );
     if
     :: other != 0 -> STEP(settle_hands_at(GIVE))
     :: else
     fi;
     other = 0;
     atomic { chunk = tail_chunk[put % 2]; offset = tail_offset[put % 2] };
     if
     :: offset == 1 -> /* no room for a message and a link behind it */
        if
        :: atomic { spare != 0 && spare != chunk -> fresh = spare }
        :: else ->
           STEP(
             if
             :: spare == 0 || spare == chunk -> reserve_chunk(fresh); spare = fresh
             :: else -> fresh = spare /* a taker has left one meanwhile */
             fi
           )
        fi;
        STEP(assert(used[chunk]); word[AT(chunk, offset)] = LINK + fresh);
#ifdef SPARE_FIRST
        STEP(spare = 0);
#endif
        atomic { chunk = fresh; offset = 0 }
     :: else
     fi;
#ifdef EARLY_PUT
     STEP(tail_chunk[(put + 1) % 2] = chunk; tail_offset[(put + 1) % 2] = offset + 1; put++; accepted[message]++);
     STEP(word[AT(chunk, offset)] = message; rest[AT(chunk, offset)] = (parcel != 0 -> parcel : message));
#else
     STEP(assert(used[chunk]); word[AT(chunk, offset)] = message);
     STEP(assert(used[chunk]); rest[AT(chunk, offset)] = (parcel != 0 -> parcel : message));
#ifdef ONE_PAIR
     STEP(tail_chunk[put % 2] = chunk; tail_chunk[(put + 1) % 2] = chunk);
     STEP(tail_offset[put % 2] = offset + 1; tail_offset[(put + 1) % 2] = offset + 1);
#else
     STEP(tail_chunk[(put + 1) % 2] = chunk);
     STEP(tail_offset[(put + 1) % 2] = offset + 1);
#endif
     if
     :: parcel == 0 -> STEP(put++; accepted[message]++)
     :: else -> /* give */
#ifndef NO_HAND
        STEP(way[me] = GIVE; number[me] = put; hand[me] = parcel);
#endif
        STEP(owner[parcel - 1] = SHARED);
        STEP(put++; accepted[message]++);
        STEP(hand[me] = 0)
     fi;
#endif
     atomic { chunk = 0; offset = 0; parcel = 0 };
#ifndef SPARE_FIRST
     if
     :: fresh != 0 -> STEP(spare = 0)
     :: else
     fi;
#endif
     fresh = 0;
     STEP(putting = 0);
     message++
  od;
  goto done;
dead:
  atomic { killed[me] = true; chunk = 0; offset = 0; parcel = 0; fresh = 0; other = 0; message = 0 };
done:
  atomic { ended++; putters_ended++ }
}

/* Under the heap's lock: what is left of a chunk that the head has left. */
inline drop_left() {
  other = left_chunk;
  left_chunk = 0;
  if
  :: spare == 0 -> spare = other
  :: else -> assert(used[other]); used[other] = false
  fi;
  other = 0
}

/* For the one who has taken the taking mutex over from a dead process. */
inline recover_left() {
  if
  :: left_chunk == 0
  :: left_chunk != 0 && left_chunk == head_chunk[taken % 2] -> left_chunk = 0 /* its message has not been taken */
  :: else -> drop_left()
  fi
}

/* Store.take and remove, under the taking mutex. */
proctype Taker(byte me; bool mortal) {
  byte chunk, offset, message, parcel, other;
  byte seen, left; /* what PUT was when it was last looked at, and where this one has left TAKEN */
  bool emptied;
  do
  :: atomic { put == taken && putters_ended == 2 -> break }
  :: atomic { put != taken -> skip };
     STEP(
       taking == 0 || killed[taking - 1];
       other = taking;
       taking = me + 1
     );
     if
     :: other != 0 -> STEP(settle_hands_at(TAKE)); STEP(recover_left())
     :: else
     fi;
     other = 0;
     if /* isEmpty */
#ifdef STALE_PUT
     :: taken != seen
#else
     :: taken == left && taken != seen
#endif
     :: else -> atomic { left = taken; seen = put }
     fi;
     if
     :: taken == seen
     :: else ->
        atomic { chunk = head_chunk[taken % 2]; offset = head_offset[taken % 2]; assert(used[chunk]) };
        if
        :: word[AT(chunk, offset)] >= LINK ->
           STEP(left_chunk = chunk);
           atomic { emptied = true; chunk = word[AT(chunk, offset)] - LINK; offset = 0 }
        :: else
        fi;
        STEP(assert(used[chunk]); message = word[AT(chunk, offset)]);
        STEP(
          assert(used[chunk]);
          parcel = (message % 2 == 1 -> rest[AT(chunk, offset)] : 0);
          assert(message > 0 && message <= MESSAGES); /* not torn */
          assert(message % 2 == 1 && parcel > 0 || rest[AT(chunk, offset)] == message)
        );
#ifdef EARLY_FREE
        if
        :: emptied -> STEP(drop_left()); emptied = false
        :: else
        fi;
#endif
        STEP(head_chunk[(taken + 1) % 2] = chunk);
        STEP(head_offset[(taken + 1) % 2] = offset + 1);
        if
        :: parcel == 0 -> STEP(taken++; left = taken; in_hand[me] = message)
        :: else -> /* receive */
#ifndef NO_HAND
           STEP(way[me] = TAKE; number[me] = taken; hand[me] = parcel);
#endif
           STEP(taken++; left = taken; in_hand[me] = message);
           STEP(owner[parcel - 1] = me + 1);
           STEP(hand[me] = 0)
        fi;
        if
        :: emptied -> STEP(drop_left()); emptied = false
        :: else
        fi;
        atomic { chunk = 0; offset = 0 }
     fi;
     STEP(taking = 0);
     if
     :: message != 0 ->
        STEP(
          in_hand[me] = 0;
          delivered[message]++;
          assert(delivered[message] == 1);
          if
          :: parcel != 0 ->
             assert(owner[parcel - 1] == me + 1 && content[parcel - 1] == message);
             owner[parcel - 1] = FREE
          :: else
          fi
        );
        message = 0; parcel = 0
     :: else
     fi
  od;
  goto done;
dead:
  atomic { killed[me] = true; chunk = 0; offset = 0; message = 0; parcel = 0; seen = 0; left = 0; emptied = false; other = 0 };
done:
  ended++
}

/* bury: the hand, and the blocks of which the dead one was the owner. */
inline bury(who) {
  atomic {
    killed[who] && !buried[who] ->
    settle_hand(who);
    buried[who] = true;
    at = 0;
    do
    :: at == PARCELS -> break
    :: at < PARCELS && owner[at] == who + 1 -> owner[at] = FREE; at++
    :: else -> at++
    od;
    at = 0
  }
}

/* In the end each message, chunk and parcel is where it belongs. */
proctype Witness() {
  byte at, chunk, offset, count, other, lost;
  bool reached[CHUNKS];
  byte waiting[MESSAGES + 1];
  do
  :: bury(0)
  :: bury(2)
  :: atomic { ended == PROCESSES && (!killed[0] || buried[0]) && (!killed[2] || buried[2]) -> break }
  od;
  atomic {
    if
    :: taking != 0 -> recover_left()
    :: else -> assert(left_chunk == 0)
    fi;
    chunk = head_chunk[taken % 2];
    offset = head_offset[taken % 2];
    reached[chunk] = true;
    count = taken;
    do
    :: count == put -> break
    :: else ->
       if
       :: word[AT(chunk, offset)] >= LINK -> chunk = word[AT(chunk, offset)] - LINK; offset = 0; reached[chunk] = true
       :: else
       fi;
       assert(used[chunk]);
       waiting[word[AT(chunk, offset)]]++;
       offset++;
       count++
    od;
    assert(chunk == tail_chunk[put % 2] && offset == tail_offset[put % 2]);
    if
    :: spare != 0 -> reached[spare] = true
    :: else
    fi;
    at = 1;
    do
    :: at == CHUNKS -> break
    :: else -> assert(used[at] == reached[at]); at++
    od;
    at = 1;
    do
    :: at > MESSAGES -> break
    :: else ->
       lost = (in_hand[0] == at || in_hand[1] == at || in_hand[2] == at || in_hand[3] == at);
       assert(accepted[at] == delivered[at] + waiting[at] + lost);
       at++
    od;
    /* All takers are done, so nothing waits; a parcel is either gone with its message, or with the dead. */
    at = 0;
    do
    :: at == PARCELS -> break
    :: else -> assert(owner[at] == FREE); at++
    od
  }
}

init {
  atomic {
    used[1] = true;
    tail_chunk[0] = 1;
    head_chunk[0] = 1;
#ifdef PUTTER_DIES
    run Putter(0, true, 1, 2);
    run Putter(1, false, 3, MESSAGES);
    run Taker(3, false);
    ended = 1;
#else
    run Putter(1, false, 1, MESSAGES);
    run Taker(2, true);
    run Taker(3, false);
    ended = 1;
    putters_ended = 1;
#endif
    run Witness()
  }
}
