#ifndef LOCKSTEP_SPAN_H
#define LOCKSTEP_SPAN_H

/**
 * A run of consecutive items.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_span {
  int64_t first;
  int64_t count;
} ls_span;

/**
 * Part `index` of `count` items cut into `parts` runs: [index n/parts, (index+1)
 * n/parts).
 *
 * Local; same result on every rank.  Parts differ by at most one item; some are empty
 * where there are more parts than items.
 */
static inline ls_span ls_span_part(int64_t count, int64_t parts, int64_t index)
{
  // count * parts stays far below 2^63: rows and shards are both below 2^31.
  int64_t first = index * count / parts;
  return (ls_span){first, (index + 1) * count / parts - first};
}

/** Whether there is nothing in it.  Local; same result on every rank. */
static inline bool ls_span_is_empty(ls_span span)
{
  return span.count == 0;
}

/** What two spans have in common; of length 0 where that is nothing.  Local. */
static inline ls_span ls_span_common(ls_span a, ls_span b)
{
  int64_t first = a.first > b.first ? a.first : b.first;
  int64_t a_end = a.first + a.count;
  int64_t b_end = b.first + b.count;
  int64_t end = a_end < b_end ? a_end : b_end;
  return (ls_span){first, end > first ? end - first : 0};
}

#endif
