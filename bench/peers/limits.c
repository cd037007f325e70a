// What the same costs in C: ./limits MODE PROCESSES COUNT prints the seconds of one operation. What processes share lies
// in anonymous memory, and they are forked, so nothing here is paid but what the row is about.

#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEGABYTE (1 << 20)
#define WARM_UP 100

struct shared {
  _Alignas(64) atomic_int turn[2];
  _Alignas(64) sem_t permits;
  _Alignas(64) atomic_int ready;
  _Alignas(64) atomic_int go;
  _Alignas(4096) char way[2][MEGABYTE];
};

static struct shared *shared;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void hit(int side, int round) {
  atomic_store(&shared->turn[side], round);
  syscall(SYS_futex, &shared->turn[side], FUTEX_WAKE, 1, 0, 0, 0);
}

// Sleeps whenever it is not its turn.
static void await_turn(int side, int round) {
  for (int seen; (seen = atomic_load(&shared->turn[side])) < round;)
    syscall(SYS_futex, &shared->turn[side], FUTEX_WAIT, seen, 0, 0, 0);
}

static void serve(int first, int last, char *own) {
  for (int round = first; round <= last; round++) {
    if (own) memcpy(shared->way[0], own, MEGABYTE);
    hit(0, round);
    await_turn(1, round);
    if (own) memcpy(own, shared->way[1], MEGABYTE);
  }
}

static void answer(int last, char *own) {
  for (int round = 1; round <= last; round++) {
    await_turn(0, round);
    if (own) memcpy(own, shared->way[0], MEGABYTE), memcpy(shared->way[1], own, MEGABYTE);
    hit(1, round);
  }
}

static double turns(int count, int with_a_megabyte) {
  char *own = with_a_megabyte ? calloc(1, MEGABYTE) : NULL;
  if (fork() == 0) {
    answer(WARM_UP + count, own);
    _exit(0);
  }
  serve(1, WARM_UP, own);
  double start = now();
  serve(WARM_UP + 1, WARM_UP + count, own);
  double seconds = now() - start;
  wait(NULL);
  return seconds / count;
}

static void use(int count) {
  for (int i = 0; i < count; i++) {
    while (sem_wait(&shared->permits) != 0);
    sem_post(&shared->permits);
  }
}

// As CPython's locks and semaphores are made: of the semaphores of the C library.
static double contend(int permits, int processes, int count) {
  sem_init(&shared->permits, 1, permits);
  for (int i = 0; i < processes; i++) {
    if (fork() != 0) continue;
    atomic_fetch_add(&shared->ready, 1);
    while (!atomic_load(&shared->go)) sched_yield();
    use(count / processes);
    _exit(0);
  }
  while (atomic_load(&shared->ready) < processes) sched_yield();
  double start = now();
  atomic_store(&shared->go, 1);
  for (int i = 0; i < processes; i++) wait(NULL);
  return (now() - start) / count;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int processes = atoi(argv[2]), count = atoi(argv[3]);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  double seconds;
  if (strcmp(argv[1], "turns") == 0) seconds = turns(count, 0);
  else if (strcmp(argv[1], "megabyte") == 0) seconds = turns(count, 1);
  else if (strcmp(argv[1], "lock") == 0) seconds = contend(1, processes, count);
  else if (strcmp(argv[1], "semaphore") == 0) seconds = contend(2, processes, count);
  else return 2;
  printf("%.12f\n", seconds);
  return 0;
}
