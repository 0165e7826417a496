#ifndef SCHEDULE_ARENA_H
#define SCHEDULE_ARENA_H

/**
 * Memory that lives and dies with one schedule: nothing in it is released alone, so a
 * parser that fails half-way has nothing to clean up.
 */

#include <stddef.h>

typedef struct ls_arena_block ls_arena_block;

typedef struct ls_arena {
  ls_arena_block *blocks; /* newest first; NULL while empty */
  size_t used;            /* bytes of the newest block */
} ls_arena;

/**
 * Take `count` zeroed items of `item_bytes` each.
 *
 * Local.
 *
 * returns  NULL with the failure text set if there is no memory
 */
void *ls_arena_take(ls_arena *arena, size_t count, size_t item_bytes);

/** Release everything taken.  Local. */
void ls_arena_release(ls_arena *arena);

#endif
