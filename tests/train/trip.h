#ifndef TESTS_TRAIN_TRIP_H
#define TESTS_TRAIN_TRIP_H

/**
 * How far apart two cores are: what a cache line takes from one to the other and back.
 *
 * On machines at hand 115 to 150 ns where the cores share a cache, 300 to 2,000 where
 * they do not; a virtual machine's cores change places.
 */

#include "comm/window.h"

/** From here on, in seconds, two cores have no cache in common. */
static const double TRIP_FAR = 250e-9;

/**
 * The mean of some hundred trips, in seconds.
 *
 * Collective over the two ranks of a node; each has its own clock's answer.
 *
 * window   at least LS_ALIGNMENT bytes, used by nothing else
 * rank     0 or 1
 */
double trip_seconds(ls_window *window, int rank);

#endif
