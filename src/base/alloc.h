#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

/**
 * The only allocator: items, not bytes; overflow-checked; zeroed; aligned; counted.
 *
 * The count stands in for a leak checker, which is blind under MPI: it must be zero
 * when a program ends.
 */

#include <stddef.h>
#include <stdint.h>

/** Every allocation starts on a cache line, which is also the widest vector. */
enum { LS_ALIGNMENT = 64 };

/**
 * Allocate `count` zeroed items of `item_bytes` each.
 *
 * Local.
 *
 * returns  a pointer to pass to ls_free, aligned to LS_ALIGNMENT, also for count 0;
 *          NULL with the failure text set if there is no memory or the size overflows
 */
void *ls_alloc(size_t count, size_t item_bytes);

/**
 * Copy `length` bytes of text and a final zero into an allocation.
 *
 * Local.
 *
 * returns  as ls_alloc
 */
char *ls_alloc_text(const char *text, size_t length);

/**
 * Release an allocation; NULL is fine.
 *
 * Local.
 */
void ls_free(void *pointer);

/**
 * Allocations not yet released in this process.
 *
 * Local.
 */
int64_t ls_alloc_live(void);

/**
 * Allocations ever made in this process: does not move while a step runs.
 *
 * Local.
 */
int64_t ls_alloc_total(void);

#endif
