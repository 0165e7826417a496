#include "comm/letter.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <string.h>

typedef struct header {
  int64_t correct;
  uint64_t flags;
  double losses[];
} header;

// Every header begins at a cache line, and so do the floats behind it.
static size_t whole_lines(size_t bytes)
{
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

static size_t header_bytes(int parts)
{
  return whole_lines(sizeof(header) + (size_t)parts * sizeof(double));
}

size_t ls_letter_bytes(int parts, ls_span span)
{
  size_t floats = (size_t)parts * (size_t)span.count;
  return header_bytes(parts) + whole_lines(floats * sizeof(float));
}

float *ls_letter_floats(const ls_letter *letter)
{
  void *floats = letter->place + header_bytes(letter->parts);
  return floats;
}

void ls_letter_write(const ls_letter *letter, const ls_letter_ride *ride,
                     const ls_partials *sums, ls_reduction_add *add, ls_span span)
{
  header *head = (header *)(void *)letter->place;

  LS_ASSERT(letter->parts == sums->count);
  head->correct = ride->correct;
  head->flags = ride->flags;
  memcpy(head->losses, ride->losses, (size_t)letter->parts * sizeof(double));
  ls_partials_pack(ls_letter_floats(letter), sums, add, span);
}

void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses)
{
  const header *head = (const header *)(const void *)letter->place;

  ride->correct += head->correct;
  ride->flags |= head->flags;
  memcpy(losses, head->losses, (size_t)letter->parts * sizeof *losses);
}
