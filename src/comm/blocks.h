#ifndef COMM_BLOCKS_H
#define COMM_BLOCKS_H

/**
 * The blocks between the edges of the parameter vector, whose squares make its norm.
 *
 * Pure: no communication.
 */

#include "comm/chunk.h"

typedef struct ls_blocks {
  int64_t *edges; /* [count + 1] */
  int count;      /* 0: no norms are wanted */
} ls_blocks;

/**
 * Copy the edges, if norms are wanted.
 *
 * Local; same result on every rank.
 *
 * blocks    out: to be released by ls_blocks_clear, also after a failure
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_blocks_init(ls_blocks *blocks,
                                      const ls_reduction_config *config);

/** Release them; zeroed ones are fine.  Local. */
void ls_blocks_clear(ls_blocks *blocks);

/** The blocks that make up a piece, which begins and ends at edges.  Local. */
ls_span ls_blocks_of(const ls_blocks *blocks, ls_span piece);

/**
 * Measure the blocks of a piece of the sum.
 *
 * Local.
 *
 * squares   [blocks->count] out: those of the piece are written
 * sum       [piece.count]
 */
void ls_blocks_measure_sum(double *squares, const ls_blocks *blocks, ls_span piece,
                           const ls_reduction_config *config, const float *sum);

/**
 * Measure the blocks of a piece while they are joined.
 *
 * Local.
 *
 * squares   [blocks->count] out: those of the piece are written
 * origin    float of the vector where the table's parts begin
 */
void ls_blocks_measure(double *squares, const ls_blocks *blocks, ls_span piece,
                       const ls_reduction_config *config, ls_chunk_table *table,
                       const ls_join *join, int64_t origin);

#endif
