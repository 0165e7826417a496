#ifndef COMM_CHUNK_H
#define COMM_CHUNK_H

/**
 * Running a join plan over a piece of the parameters, a cache-sized chunk at a time.
 */

#include "comm/join.h"
#include "comm/thin.h"
#include "lockstep/reduction.h"

/** Floats that are joined at a time: a few rows of them stay in the nearest cache. */
enum { LS_CHUNK = 1024 };

/** The rows of a join plan: parts first, scratch after them. */
typedef struct ls_chunk_table {
  const float **parts; /* [part_count] where each part's floats begin; for the caller */
  int64_t *origins;   /* [part_count] which float that is; for the caller, 0 at first */
  const float **rows; /* [part_count + scratch_count] for the chunk at hand */
  float *scratch;     /* [scratch_count][LS_CHUNK] */
  ls_thin *thin;      /* [part_count] those with a map are parts that are read so */
  float *room;        /* [part_count][LS_CHUNK] for what they have left out */
  int part_count;
  int scratch_count;
} ls_chunk_table;

/**
 * Allocate a table.
 *
 * Local.
 *
 * table     out: to be released by ls_chunk_table_clear, also after a failure
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_chunk_table_init(ls_chunk_table *table, int part_count,
                                           int scratch_count);

/**
 * Allocate what thin parts need in a table.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_chunk_table_init_thin(ls_chunk_table *table);

/** Release a table; a zeroed one is fine.  Local. */
void ls_chunk_table_clear(ls_chunk_table *table);

/**
 * Begin to read thin parts, which have arrived.
 *
 * Local.  After ls_chunk_table_init_thin.
 *
 * thin   [part_count] no map: a part as any other; no lines: they lie behind those of
 *        the part before it
 */
void ls_chunk_table_read_thin(ls_chunk_table *table, const ls_thin *thin);

/**
 * Join one chunk.
 *
 * Local.  Thin parts are read ascending, chunks one behind the other.
 *
 * first     of the chunk, counted as the origins of the parts are
 * count     at most LS_CHUNK
 * returns   [count] borrowed: a part or a scratch row
 */
const float *ls_chunk_join(ls_chunk_table *table, const ls_join *join,
                           ls_reduction_add *add, int64_t first, int64_t count);

/**
 * Join one chunk where it is wanted.
 *
 * Local.
 *
 * out       [piece.count]
 * piece     at most LS_CHUNK floats, counted from where the parts begin
 */
void ls_chunk_join_into(float *out, ls_chunk_table *table, const ls_join *join,
                        ls_reduction_add *add, ls_span piece);

#endif
