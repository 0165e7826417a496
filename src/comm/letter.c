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

static size_t map_bytes(const ls_letter *letter)
{
  return letter->thin ? (size_t)letter->parts * ls_thin_map_bytes(letter->span.count)
                      : 0;
}

ls_letter ls_letter_plan(int first, int parts, ls_span span, bool thin)
{
  ls_letter letter = {.first = first, .parts = parts, .span = span, .thin = thin};
  size_t floats = (size_t)(parts * span.count) * sizeof(float);

  letter.bytes = header_bytes(parts) + map_bytes(&letter) + whole_lines(floats);
  return letter;
}

float *ls_letter_floats(const ls_letter *letter)
{
  void *floats = letter->place + header_bytes(letter->parts) + map_bytes(letter);
  return floats;
}

ls_thin ls_letter_thin(const ls_letter *letter, int part)
{
  char *maps = letter->place + header_bytes(letter->parts);
  void *map = maps + (size_t)part * ls_thin_map_bytes(letter->span.count);

  LS_ASSERT(letter->thin);
  return (ls_thin){.map = map,
                   .lines = part == 0 ? ls_letter_floats(letter) : NULL,
                   .count = letter->span.count};
}

// A sum that lies in one place is read there; another is made where its lines are to
// be.
static void keep(ls_thin *thin, const ls_letter *letter, int part,
                 const ls_partials *sums, ls_reduction_add *add)
{
  const ls_span span = letter->span;
  const float *place =
      ls_span_is_empty(span) ? NULL : ls_partials_place(sums, part, span);

  for (int64_t done = 0; done < span.count; done += LS_THIN_WORD) {
    int64_t now = span.count - done < LS_THIN_WORD ? span.count - done : LS_THIN_WORD;
    float *here = thin->lines + thin->kept;
    if (!place) {
      ls_partials_pack(here, sums, part, add, (ls_span){span.first + done, now});
    }
    ls_thin_append_sums(thin, done, place ? place + done : here, now);
  }
}

// Returns the floats of all parts.
static int64_t write_thin(const ls_letter *letter, const ls_partials *sums,
                          ls_reduction_add *add)
{
  float *const first = ls_letter_floats(letter);
  float *lines = first;

  for (int part = 0; part < letter->parts; part++) {
    ls_thin thin = ls_letter_thin(letter, part);
    thin.lines = lines;
    keep(&thin, letter, part, sums, add);
    lines += thin.kept;
  }
  return lines - first;
}

static int64_t write_whole(const ls_letter *letter, const ls_partials *sums,
                           ls_reduction_add *add)
{
  for (int part = 0; part < letter->parts; part++) {
    ls_partials_pack(ls_letter_floats(letter) + part * letter->span.count, sums, part,
                     add, letter->span);
  }
  return letter->parts * letter->span.count;
}

size_t ls_letter_write_head(const ls_letter *letter, const ls_letter_ride *ride,
                            int64_t floats)
{
  header *head = (header *)(void *)letter->place;

  head->correct = ride->correct;
  head->flags = ride->flags;
  memcpy(head->losses, ride->losses, (size_t)letter->parts * sizeof(double));
  return (size_t)((char *)(ls_letter_floats(letter) + floats) - letter->place);
}

size_t ls_letter_write(const ls_letter *letter, const ls_letter_ride *ride,
                       const ls_partials *sums, ls_reduction_add *add)
{
  LS_ASSERT(letter->parts == sums->count);
  return ls_letter_write_head(letter, ride,
                              letter->thin ? write_thin(letter, sums, add)
                                           : write_whole(letter, sums, add));
}

void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses)
{
  const header *head = (const header *)(const void *)letter->place;

  ride->correct += head->correct;
  ride->flags |= head->flags;
  memcpy(losses, head->losses, (size_t)letter->parts * sizeof *losses);
}
