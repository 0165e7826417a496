#ifndef TESTS_STORE_ROUNDS_H
#define TESTS_STORE_ROUNDS_H

/**
 * How much is drawn at random, and from where: scripts/soak.sh asks for more of it.
 */

#include <stdint.h>

/** The round, from LOCKSTEP_TEST_ROUND: every one draws other cases; 0 if not given. */
uint64_t rounds_seed(void);

/** `count`, times LOCKSTEP_TEST_COUNT if that is given. */
int rounds_count(int count);

/** Say which round this is, so that a failure can be repeated. */
void rounds_print(void);

#endif
