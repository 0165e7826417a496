#include "schedule/arena.h"

#include "base/alloc.h"

#include <stdint.h>

enum { BLOCK_BYTES = 4096, ITEM_ALIGNMENT = 16 };

// The items follow the header, which is as long as one alignment of the allocator.
struct ls_arena_block {
  ls_arena_block *older;
  size_t bytes;
};

static char *block_items(ls_arena_block *block)
{
  return (char *)block + LS_ALIGNMENT;
}

static int push_block(ls_arena *arena, size_t bytes)
{
  ls_arena_block *block = ls_alloc(LS_ALIGNMENT + bytes, 1);
  if (block == NULL) {
    return 0;
  }
  *block = (ls_arena_block){arena->blocks, bytes};
  arena->blocks = block;
  arena->used = 0;
  return 1;
}

void *ls_arena_take(ls_arena *arena, size_t count, size_t item_bytes)
{
  if (count > SIZE_MAX / 4 / item_bytes) {
    return ls_alloc(SIZE_MAX, item_bytes);
  }
  size_t bytes =
      (count * item_bytes + ITEM_ALIGNMENT - 1) & ~(size_t)(ITEM_ALIGNMENT - 1);
  if (arena->blocks == NULL || arena->blocks->bytes - arena->used < bytes) {
    if (!push_block(arena, bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES)) {
      return NULL;
    }
  }
  void *items = block_items(arena->blocks) + arena->used;
  arena->used += bytes;
  return items;
}

void ls_arena_release(ls_arena *arena)
{
  while (arena->blocks != NULL) {
    ls_arena_block *older = arena->blocks->older;
    ls_free(arena->blocks);
    arena->blocks = older;
  }
}
