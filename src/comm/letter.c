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

ls_letter ls_letter_plan(int first, int parts, ls_span span, bool thin)
{
  int64_t floats = parts * span.count;
  size_t map = thin ? ls_thin_map_bytes(floats) : 0;

  return (ls_letter){.bytes = header_bytes(parts) + map +
                              whole_lines((size_t)floats * sizeof(float)),
                     .first = first,
                     .parts = parts,
                     .span = span,
                     .floats = floats,
                     .thin = thin};
}

ls_thin ls_letter_reuse(const ls_letter *letter, int64_t count)
{
  LS_ASSERT(letter->thin && count <= letter->floats);
  return ls_thin_at(letter->place + header_bytes(letter->parts), count);
}

static ls_thin thin_of(const ls_letter *letter)
{
  return ls_letter_reuse(letter, letter->floats);
}

float *ls_letter_floats(const ls_letter *letter)
{
  void *floats = letter->place + header_bytes(letter->parts);
  return letter->thin ? thin_of(letter).lines : floats;
}

// A single part is squeezed a word at a time, while it is in the nearest cache.
static ls_thin pack_thin(const ls_letter *letter, const ls_partials *sums,
                         ls_reduction_add *add)
{
  ls_span span = letter->span;
  int64_t most = letter->parts == 1 ? LS_THIN_WORD : span.count;
  ls_thin thin = thin_of(letter);

  for (int64_t done = 0; done < span.count; done += most) {
    int64_t now = span.count - done < most ? span.count - done : most;
    ls_partials_pack(thin.lines + done, sums, add, (ls_span){span.first + done, now});
    ls_thin_squeeze(&thin, done, letter->parts * now);
  }
  return thin;
}

size_t ls_letter_write(const ls_letter *letter, const ls_letter_ride *ride,
                       const ls_partials *sums, ls_reduction_add *add)
{
  header *head = (header *)(void *)letter->place;

  LS_ASSERT(letter->parts == sums->count);
  head->correct = ride->correct;
  head->flags = ride->flags;
  memcpy(head->losses, ride->losses, (size_t)letter->parts * sizeof(double));
  if (letter->thin) {
    ls_thin thin = pack_thin(letter, sums, add);
    return header_bytes(letter->parts) + ls_thin_bytes(&thin);
  }
  ls_partials_pack(ls_letter_floats(letter), sums, add, letter->span);
  return letter->bytes;
}

void ls_letter_open(ls_letter *letter)
{
  if (letter->thin && !letter->is_open) {
    ls_thin thin = thin_of(letter);
    ls_thin_restore(&thin);
  }
  letter->is_open = true;
}

void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses)
{
  const header *head = (const header *)(const void *)letter->place;

  ride->correct += head->correct;
  ride->flags |= head->flags;
  memcpy(losses, head->losses, (size_t)letter->parts * sizeof *losses);
}
