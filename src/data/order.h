#ifndef DATA_ORDER_H
#define DATA_ORDER_H

/**
 * The order of samples in an epoch, a pure function of (seed, epoch, position).
 *
 * Each position is computed alone, so there is no table to shuffle or share, no cursor
 * to save, and any rank finds any sample of any epoch at once.
 */

#include <stdint.h>

/** More rounds than any order's cipher has; each has two 64-bit keys. */
enum { LS_ORDER_ROUNDS_MAX = 24 };

typedef struct ls_order {
  uint64_t count;
  uint64_t left_size; /* left_size * right_size >= count, just */
  uint64_t right_size;
  int rounds;
  uint64_t keys[LS_ORDER_ROUNDS_MAX][2];
} ls_order;

/**
 * Make the order of one epoch.
 *
 * Local; same result on every rank.
 *
 * epoch   from 0; below 2^32
 * count   number of samples, from 1; below 2^62
 */
ls_order ls_order_create(uint64_t seed, int64_t epoch, int64_t count);

/**
 * Which sample stands at a position.
 *
 * Local; same result on every rank.  Every sample in [0, count) stands at one position.
 *
 * position   in [0, count)
 * source     Black and Rogaway 2002, "Ciphers with arbitrary finite domains": the
 *            generalised Feistel cipher, with cycle walking
 */
int64_t ls_order_at(const ls_order *order, int64_t position);

#endif
