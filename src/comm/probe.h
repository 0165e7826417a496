#ifndef COMM_PROBE_H
#define COMM_PROBE_H

/**
 * Bare messages, for measuring what a machine's MPI costs.
 */

#include "lockstep/comm.h"

/**
 * values [count] = their sum over all ranks, by one MPI_Allreduce in place.
 *
 * Collective.
 */
void ls_probe_allreduce(ls_comm *comm, float *values, size_t count);

/**
 * The rank that rank 0 exchanges messages with: the first one of another node, else of
 * this one.
 *
 * Local; same result on every rank.
 *
 * returns   -1: rank 0 is alone
 */
int ls_probe_partner(const ls_comm *comm);

/**
 * Send bytes from rank 0 to its partner and back.
 *
 * Collective over those two; other ranks return at once.
 *
 * buffer   [bytes]
 */
void ls_probe_ping(ls_comm *comm, void *buffer, size_t bytes);

/**
 * Send bytes from rank 0 to its partner and as many back, at the same time.
 *
 * Collective over those two; other ranks return at once.
 *
 * in, out   [bytes]; must not overlap
 */
void ls_probe_swap(ls_comm *comm, void *in, const void *out, size_t bytes);

/**
 * Bytes a second each way between two nodes, which send each other a megabyte.
 *
 * Collective; the same on every rank.
 */
double ls_probe_rate(ls_comm *comm);

/**
 * Seconds in which two nodes swap letters in a step: after work that has left nothing
 * of the network's code in the caches.
 *
 * Collective; the same on every rank.
 *
 * bytes   of a letter, each way
 * rate    ls_probe_rate's, for those of a long one
 */
double ls_probe_letter(ls_comm *comm, double bytes, double rate);

#endif
