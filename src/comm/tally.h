#ifndef COMM_TALLY_H
#define COMM_TALLY_H

/**
 * A count in memory that ranks share, which one rank raises and others wait for.
 *
 * What was written before it was raised is seen by who has waited.
 */

#include "base/alloc.h"

#include <stdatomic.h>
#include <stdint.h>

/** In a cache line of its own; wraps around. */
typedef struct ls_tally {
  _Alignas(LS_ALIGNMENT) _Atomic uint32_t count;
} ls_tally;

/** Raise it.  Local; by its rank only. */
void ls_tally_raise(ls_tally *tally, uint32_t count);

/**
 * Wait until it has been raised so far.
 *
 * Local.  Looks for about a millisecond, and sleeps between later looks.
 *
 * returns   seconds that this took; 0: it had been
 */
double ls_tally_wait(const ls_tally *tally, uint32_t count);

#endif
