#ifndef TESTS_TRAIN_TRIP_H
#define TESTS_TRAIN_TRIP_H

/**
 * How far apart two cores are: what a cache line takes from one to the other and back.
 *
 * On the machine at hand, whose two virtual cores the host moves within seconds, 27 to
 * 31 ns where they are two threads of one core, 65 to 83 where their cores share a
 * cache, 390 to 600 where they do not.
 */

#include "comm/window.h"

/** What two cores have in common, by the bounds of trip.c. */
typedef enum trip { TRIP_ONE_CORE, TRIP_ONE_CACHE, TRIP_APART } trip;

/**
 * The least of some means, in seconds: a core that is taken away spoils only one.
 *
 * Collective over the two ranks of a node, each with a core of its own: who waits does
 * not let go of it.  Each rank has its own clock's answer.
 *
 * window   at least LS_ALIGNMENT bytes, used by nothing else
 * rank     0 or 1, on the node
 */
double trip_seconds(ls_window *window, int rank);

/** Which that was. */
trip trip_of(double seconds);

#endif
