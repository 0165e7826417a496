#ifndef COMM_BINDING_H
#define COMM_BINDING_H

/**
 * Whether each rank of a machine can have a core to itself.
 *
 * Two ranks that are bound to one core take turns on it, and every barrier then costs
 * time slices of the scheduler: a run that is a hundred times slower, and nothing says
 * why.  So it is looked at once, at start-up.
 *
 * A machine is told by its boot, not by its name: hosts in namespaces, containers and
 * pretended nodes of one machine share its cores.
 */

#include "comm/cores.h"
#include "lockstep/comm.h"

typedef enum ls_binding_kind {
  LS_BINDING_GOOD,
  LS_BINDING_CROWDED, /* more ranks than the machine has cores */
  LS_BINDING_LIMITED, /* more ranks than what the job was given allows */
  LS_BINDING_SHARED   /* enough cores, but ranks are bound to the same ones */
} ls_binding_kind;

/** What is known of one rank. */
typedef struct ls_binding_rank {
  ls_cores own;     /* that it may use */
  ls_cores granted; /* that its launcher may use too */
  double quota;     /* its part of the time a control group grants; 0: no limit */
} ls_binding_rank;

/** What is wrong on one machine. */
typedef struct ls_binding {
  ls_binding_kind kind;
  int ranks;         /* concerned */
  int first, second; /* of the machine's ranks, two of them */
  int cores;         /* that they have together */
  int all_cores;     /* of the machine */
} ls_binding;

/**
 * Judge the ranks of one machine.
 *
 * Local; pure.
 *
 * ranks       [count] in the order of the run
 * all_cores   of the machine
 */
ls_binding ls_binding_judge(const ls_binding_rank *ranks, int count, int all_cores);

/**
 * Look at all machines, and say in one line what is wrong on the first that is not
 * good.
 *
 * Collective.  A wrong binding is a warning; too many ranks are a word for people.
 *
 * returns   what was found, the same on every rank
 */
ls_binding_kind ls_binding_check(ls_comm *comm);

#endif
