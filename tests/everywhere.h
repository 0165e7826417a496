#ifndef TESTS_EVERYWHERE_H
#define TESTS_EVERYWHERE_H

/**
 * cmocka on many ranks.
 *
 * A failing cmocka assertion leaves the test on its rank alone, and the others wait for
 * it in their next collective call.  So ranks first find out what all of them hold to
 * be true, and then fail or go on together.
 */

#include "unit.h"

#include <stdbool.h>

/**
 * Fail the running test on every rank unless the condition holds on all of them.
 *
 * Collective over all processes.  Rank 0 says which ranks said no.
 */
#define assert_everywhere(condition)                                                   \
  everywhere_assert((condition), #condition, __FILE__, __LINE__)

/** What assert_everywhere calls.  Collective over all processes. */
void everywhere_assert(bool holds, const char *condition, const char *file, int line);

/**
 * Start MPI and send what ranks other than 0 print on stdout to /dev/null.
 *
 * Collective over all processes.
 */
void everywhere_begin(void);

/** End MPI.  Collective over all processes. */
void everywhere_end(void);

/** This process's rank.  Local. */
int everywhere_rank(void);

/** How many ranks there are.  Local; same result on every rank. */
int everywhere_size(void);

#endif
