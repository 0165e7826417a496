#ifndef COMM_PULSE_H
#define COMM_PULSE_H

/**
 * What the ranks of a host know of each other's life.
 *
 * A page in shared memory: a head, and a pulse of each rank, one cache line each, which
 * only that rank writes.
 */

#include "base/alloc.h"
#include "comm/watch.h"

#include <stdatomic.h>
#include <sys/types.h>

typedef struct ls_pulse {
  _Alignas(LS_ALIGNMENT) _Atomic int64_t step;
  _Atomic uint32_t phase;    /* ls_phase */
  _Atomic uint32_t beats;    /* moves with everything this rank does */
  _Atomic uint32_t arrivals; /* places reached where ranks wait for each other */
  _Atomic uint32_t excused;  /* may end without a word */
  /* written before others look */
  int32_t rank;
  int32_t process;
  uint64_t process_space; /* in which that number means something */
} ls_pulse;

typedef struct ls_pulse_page {
  _Alignas(LS_ALIGNMENT) _Atomic uint32_t told; /* somebody has said what is wrong */
  ls_pulse pulses[];
} ls_pulse_page;

/** A rank of this host, as one watching thread sees it. */
typedef struct ls_patient {
  ls_pulse *pulse; /* shared */
  pid_t process;   /* 0: its number means nothing here */
  int process_fd;  /* -1: none */
  bool ended;      /* the descriptor says so */
  uint32_t beats;  /* when last looked at */
  double seen;     /* when they moved */
} ls_patient;

/** All that a judgement needs. */
typedef struct ls_ward {
  ls_pulse_page *page;
  ls_patient *patients; /* [count] */
  int count;
  ls_watch_config limits;
  char host[64];
  char other_hosts[512]; /* "": none */
} ls_ward;

/**
 * Look at all patients, and end this process if one is dead or has been silent too
 * long.
 *
 * Local.
 *
 * now    on ls_clock_seconds
 * lost   seconds during which this thread ought to have looked but was not scheduled:
 *        they are nobody's silence
 */
void ls_ward_look(ls_ward *ward, double now, double lost);

/** Whether a debugger holds this process.  Local. */
bool ls_process_is_traced(pid_t process);

/**
 * The state of a process as the kernel names it: 'T' stopped, 'Z' ended, 0 gone.
 *
 * Local.
 */
char ls_process_state(pid_t process);

#endif
