#ifndef BENCH_BOUND_H
#define BENCH_BOUND_H

/**
 * What bounds a run: pure arithmetic on what was measured.
 *
 * A step's time is divided without rest:
 *
 *   work of an average rank   compute     its products at the machine's best rate
 *                             memory      all else that it does: gathering, loading and
 *                                         storing, the update, what is not a product
 *   what is left of the step  latency     as much as the smallest sum or the barriers
 *                             cost
 *                             bandwidth   as much as the bytes take on the wire
 *                             waiting     the rest: ranks with more work, other
 *                                         programs
 *
 * A binding that is not good is named instead, because it spoils every figure.
 */

#include "comm/binding.h"

/* name, word, text, what to do */
#define LS_BOUND_LIST(X)                                                               \
  X(COMPUTE, "compute", "compute", "more cores make it faster")                        \
  X(MEMORY, "memory", "memory", "a larger batch uses each weight more often")          \
  X(LATENCY, "latency", "exchange latency",                                            \
    "a larger batch or fewer ranks exchange less often")                               \
  X(BANDWIDTH, "bandwidth", "exchange bandwidth",                                      \
    "a larger batch or a faster network is the way")                                   \
  X(WAITING, "waiting", "waiting",                                                     \
    "ranks that divide the shards and idle cores share evenly")                        \
  X(BINDING, "binding", "binding", "give each rank a core of its own first")

typedef enum ls_bound_kind {
#define LS_BOUND_ENUM(name, word, text, advice) LS_BOUND_##name,
  LS_BOUND_LIST(LS_BOUND_ENUM)
#undef LS_BOUND_ENUM
} ls_bound_kind;

enum { LS_BOUND_SHARES = LS_BOUND_BINDING }; /* kinds that have a share of the step */

typedef struct ls_bound_figures {
  double step;         /* seconds, of the slowest rank */
  double work;         /* seconds of an average rank: all but exchange and waiting */
  double operations;   /* of an average rank's products */
  double product_rate; /* a second, at best */
  double latency;      /* seconds that an exchange of next to nothing takes */
  double wire_bytes;   /* that a node sends */
  double wire_rate;    /* a second; 0: there is no wire */
  ls_binding_kind binding;
} ls_bound_figures;

typedef struct ls_bound {
  ls_bound_kind kind;
  double shares[LS_BOUND_SHARES]; /* of the step; together 1 */
} ls_bound;

/** Find it.  Local; same result on every rank. */
ls_bound ls_bound_find(const ls_bound_figures *figures);

/** Its name in one word.  Local. */
const char *ls_bound_word(ls_bound_kind kind);

/** Its name.  Local. */
const char *ls_bound_text(ls_bound_kind kind);

/** What to do about it.  Local. */
const char *ls_bound_advice(ls_bound_kind kind);

#endif
