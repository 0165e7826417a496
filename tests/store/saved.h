#ifndef TESTS_STORE_SAVED_H
#define TESTS_STORE_SAVED_H

/**
 * A test's own run directory, with samples saved in it; failures end the test.
 */

#include "lockstep/store.h"
#include "store/place.h"

/** The directory of the running test. */
extern char place[PLACE_BYTES];

/** Set-up and tear-down of one test; the latter also counts allocations. */
int make_place(void **state);
int remove_place(void **state);

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

/** The path of a name in the test's directory; borrowed. */
const char *place_path(const char *name);

/** Open the test's directory. */
ls_store *open_store(int keep, const char *keep_best);

/** Save the small sample of a step and wait for what becomes of it. */
ls_save_outcome save(ls_store *store, int64_t step);

/** The steps that stand, newest first, as text; borrowed. */
const char *steps(void);

#endif
