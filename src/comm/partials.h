#ifndef COMM_PARTIALS_H
#define COMM_PARTIALS_H

/**
 * The sums of some subtrees over a piece of the parameters, not yet made: where their
 * parts lie, and how they join.  Whoever needs a sum joins it where it is needed.
 */

#include "comm/chunk.h"

/** A stretch of the piece in which each part lies in one place. */
typedef struct ls_stretch {
  ls_span span;        /* of the vector */
  const float **parts; /* [table's part_count] their floats of span.first */
  const ls_thin
      *thin; /* [table's part_count] or NULL, as in ls_chunk_table_read_thin */
} ls_stretch;

typedef struct ls_partials {
  ls_chunk_table *table; /* its parts are of the stretch at hand */
  const ls_join *joins;  /* [count] a subtree each */
  int count;
  const ls_stretch *stretches; /* [stretch_count] ascending */
  int stretch_count;
} ls_partials;

/**
 * Where one of the sums lies over a span.
 *
 * Local.
 *
 * span      of the vector; not empty
 * returns   [span.count] a part that is the sum, for as long as that is its place; NULL
 *           where the sum has to be joined, or lies in more than one place
 */
const float *ls_partials_place(const ls_partials *partials, int row, ls_span span);

/**
 * Point the table at a stretch, whose first float is then the parts' first.
 *
 * Local.  Thin parts are there, and are read from the first float on.
 */
void ls_partials_load(const ls_partials *partials, const ls_stretch *stretch);

/**
 * Make one of the sums.
 *
 * Local.  Not where parts are thin.
 *
 * out    [span.count]
 * span   of the vector; in the stretches
 */
void ls_partials_pack(float *out, const ls_partials *partials, int row,
                      ls_reduction_add *add, ls_span span);

#endif
