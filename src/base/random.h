#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

/**
 * Random numbers as a pure function of what they are for.
 *
 * There is no generator state anywhere: every number is a block cipher's answer to
 * (seed, stream, counter), so any rank can compute any of them and a resumed run needs
 * no random state.
 */

#include <stdint.h>

/** One stream for each use of random numbers, so that no two uses share numbers. */
typedef enum ls_random_stream {
  LS_RANDOM_WEIGHTS = 1, /* low 32 bits; the tensor's index is added above them */
  LS_RANDOM_ORDER = 2,   /* low 32 bits; the epoch is added above them */
  LS_RANDOM_DROPOUT = 3  /* low 32 bits; the layer is added above them */
} ls_random_stream;

/**
 * Four random 32-bit words.
 *
 * Local; same result on every rank.
 *
 * words    [4] out
 * source   Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3":
 *          Philox4x32-10, key = seed, counter = (counter, stream)
 */
void ls_random_words(uint32_t words[4], uint64_t seed, uint64_t stream,
                     uint64_t counter);

/**
 * A uniform float in [0, 1) with 24 random bits.
 *
 * Local; same result on every rank.
 */
float ls_random_unit(uint32_t word);

#endif
