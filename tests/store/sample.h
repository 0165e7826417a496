#ifndef TESTS_STORE_SAMPLE_H
#define TESTS_STORE_SAMPLE_H

/**
 * A run's state to save, a pure function of its step.
 */

#include "lockstep/checkpoint.h"

#include <stdbool.h>

typedef struct ls_sample ls_sample;

/** The net of the fault tests: a file of several pages, about 40 KiB. */
enum { SAMPLE_INPUTS = 120, SAMPLE_HIDDEN = 20 };

/**
 * A net of `inputs`-`hidden`-10 with two optimizer slots, at this step.
 *
 * The rows of the first weight are `padding` floats further apart than they are long.
 * Ends the program if there is no memory: it is a test.
 */
ls_sample *sample_create(int inputs, int hidden, int padding, int64_t step);

/** Borrowed; may be changed. */
ls_checkpoint *sample_state(ls_sample *sample);

void sample_destroy(ls_sample *sample);

/** Whether every field is equal, floats bit for bit. */
bool sample_equals(const ls_checkpoint *a, const ls_checkpoint *b);

#endif
