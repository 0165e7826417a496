#include "base/alloc.h"

#include "lockstep/status.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t live;
static _Atomic int64_t total;

void *ls_alloc(size_t count, size_t item_bytes)
{
  if (item_bytes != 0 && count > (SIZE_MAX - LS_ALIGNMENT) / item_bytes) {
    (void)ls_fail(LS_E_NOMEM, "out of memory: %zu items of %zu bytes", count,
                  item_bytes);
    return NULL;
  }
  size_t bytes = count * item_bytes;
  size_t rounded = (bytes / LS_ALIGNMENT + 1) * LS_ALIGNMENT;
  void *pointer = aligned_alloc(LS_ALIGNMENT, rounded);

  if (!pointer) {
    (void)ls_fail(LS_E_NOMEM, "out of memory: %zu bytes", rounded);
    return NULL;
  }
  memset(pointer, 0, rounded);
  atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&total, 1, memory_order_relaxed);
  return pointer;
}

char *ls_alloc_text(const char *text, size_t length)
{
  char *copy = ls_alloc(length + 1, 1);

  if (copy) {
    memcpy(copy, text, length);
  }
  return copy;
}

void ls_free(void *pointer)
{
  if (pointer) {
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(pointer);
  }
}

int64_t ls_alloc_live(void)
{
  return atomic_load_explicit(&live, memory_order_relaxed);
}

int64_t ls_alloc_total(void)
{
  return atomic_load_explicit(&total, memory_order_relaxed);
}
