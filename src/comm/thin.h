#ifndef COMM_THIN_H
#define COMM_THIN_H

/**
 * Floats on their way, without the lines that need not travel.
 *
 *   map     a bit for each line of LS_THIN_LINE floats, whether it travels; whole cache
 *           lines
 *   lines   those that travel, ascending; the last of all may be shorter
 *
 * Of sums those of zeros need not, of new weights those that are as they were.  Bits
 * count, not values: -0.0 travels where +0.0 does not, and NaN as it is.
 *
 * Pure: no communication.
 */

#include "lockstep/reduction_config.h"

#include <stddef.h>
#include <stdint.h>

/** Floats of a line, and of the lines that a word of the map tells of. */
enum { LS_THIN_LINE = LS_REDUCTION_LINE, LS_THIN_WORD = 64 * LS_THIN_LINE };

typedef struct ls_thin {
  uint64_t *map;
  float *lines; /* [count] of which the first `kept` travel */
  int64_t count;
  int64_t kept;
} ls_thin;

/** Bytes of the map of `count` floats.  Local. */
size_t ls_thin_map_bytes(int64_t count);

/** Map and lines, where all of `count` floats travel.  Local. */
size_t ls_thin_most_bytes(int64_t count);

/** Some that lie, or will lie, at a place that begins at a cache line.  Local. */
ls_thin ls_thin_at(char *place, int64_t count);

/** Map and lines, as they travel.  Local. */
size_t ls_thin_bytes(const ls_thin *thin);

/**
 * Keep those lines of a piece that differ from what they were.
 *
 * Local.  Pieces are appended ascending, from 0, and but for the last are whole words.
 *
 * first    of the piece's floats
 * now      [count] not behind where the lines go
 * before   [count]
 * count    at most LS_THIN_WORD
 */
void ls_thin_append(ls_thin *thin, int64_t first, const float *now, const float *before,
                    int64_t count);

/** Put lines that have arrived where they differ, in floats [count].  Local. */
void ls_thin_spread(const ls_thin *thin, float *floats);

/**
 * Keep those lines of a piece that are not zeros.
 *
 * Local.  As ls_thin_append.
 */
void ls_thin_append_sums(ls_thin *thin, int64_t first, const float *sums,
                         int64_t count);

/** The floats that the map of some that have arrived says have travelled.  Local. */
int64_t ls_thin_count(const ls_thin *thin);

/**
 * Read a piece of some that have arrived, with the lines of zeros.
 *
 * Local.  Pieces are read ascending, from 0, one behind the other; `kept` are the
 * lines' floats that have been read, 0 at first.
 *
 * count     quickest are whole words
 * room      [count]
 * returns   [count] room, or where the floats lie
 */
const float *ls_thin_read(ls_thin *thin, int64_t first, int64_t count, float *room);

#endif
