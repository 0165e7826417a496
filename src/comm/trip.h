#ifndef COMM_TRIP_H
#define COMM_TRIP_H

/**
 * How far apart two cores are: what a cache line takes from one to the other and back.
 *
 * Seen on two virtual cores that the host moves within seconds (AMD EPYC): 27 to 31 ns
 * where they are two threads of one core, 65 to 83 where their cores share a cache, 390
 * to 600 where they do not; on two of an Intel Xeon with one last cache 125 to 146.
 */

#include <stdatomic.h>
#include <stdint.h>

/** What two cores have in common, by the bounds of trip.c. */
typedef enum ls_trip { LS_TRIP_ONE_CORE, LS_TRIP_ONE_CACHE, LS_TRIP_APART } ls_trip;

/** One of two ranks that hit a ball to and fro. */
typedef struct ls_player {
  _Atomic uint32_t *ball; /* in a line of its own, shared */
  int rank;               /* 0 or 1 */
  uint32_t hits;          /* of both, in the games before */
} ls_player;

/**
 * Play: the least of some means of a trip there and back, in seconds.
 *
 * Collective over the two ranks of a node; both have met since the last game.  A core
 * that is taken away spoils only one mean, and who waits for a hit for more than about
 * a millisecond gives up.
 *
 * returns   by this rank's clock; 1 or more: the other did not answer
 */
double ls_trip_seconds(ls_player *player);

/** Which that was. */
ls_trip ls_trip_of(double seconds);

#endif
