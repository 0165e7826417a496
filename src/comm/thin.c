#include "comm/thin.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <stdbool.h>
#include <string.h>

static int64_t words_of(int64_t count)
{
  return (count + LS_THIN_WORD - 1) / LS_THIN_WORD;
}

// How many of `count` floats a word that begins at `first` tells of.
static int64_t floats_at(int64_t first, int64_t count)
{
  return count - first < LS_THIN_WORD ? count - first : LS_THIN_WORD;
}

size_t ls_thin_map_bytes(int64_t count)
{
  size_t bytes = (size_t)words_of(count) * sizeof(uint64_t);
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

size_t ls_thin_most_bytes(int64_t count)
{
  return ls_thin_map_bytes(count) + (size_t)count * sizeof(float);
}

ls_thin ls_thin_at(char *place, int64_t count)
{
  void *map = place;
  void *lines = place + ls_thin_map_bytes(count);
  return (ls_thin){.map = map, .lines = lines, .count = count};
}

size_t ls_thin_bytes(const ls_thin *thin)
{
  return ls_thin_map_bytes(thin->count) + (size_t)thin->kept * sizeof(float);
}

// As many bits as every processor compares at once.
typedef uint64_t bits __attribute__((vector_size(16)));

enum { BITS_FLOATS = sizeof(bits) / sizeof(float) };

static bits bits_of(const float *at)
{
  bits read;
  memcpy(&read, at, sizeof read);
  return read;
}

static bool is_any(bits b)
{
  return (b[0] | b[1]) != 0;
}

// Where a line travels its first floats show it, mostly.
static bool line_differs(const float *a, const float *b)
{
  bits any = bits_of(a) ^ bits_of(b);

  if (is_any(any)) {
    return true;
  }
  for (int i = BITS_FLOATS; i < LS_THIN_LINE; i += BITS_FLOATS) {
    any |= bits_of(a + i) ^ bits_of(b + i);
  }
  return is_any(any);
}

// Which lines of at most a word differ.
static uint64_t differences(const float *a, const float *b, int64_t count)
{
  int64_t whole = count / LS_THIN_LINE * LS_THIN_LINE;
  uint64_t bit = 1;
  uint64_t word = 0;

  for (int64_t at = 0; at < whole; at += LS_THIN_LINE, bit <<= 1) {
    if (line_differs(a + at, b + at)) {
      word |= bit;
    }
  }
  if (memcmp(a + whole, b + whole, (size_t)(count - whole) * sizeof *a) != 0) {
    word |= bit;
  }
  return word;
}

// Lines that follow each other and travel, as floats of a word.
typedef struct run {
  int64_t first, end;
} run;

// Take the first run, or the last, out of a word that is not 0; `count` floats belong to it.
static run take_first(uint64_t *word, int64_t count)
{
  const int first = __builtin_ctzll(*word);
  const uint64_t holes = ~*word >> first;
  const int end = holes ? first + __builtin_ctzll(holes) : 64;
  const int64_t floats = (int64_t)end * LS_THIN_LINE;

  *word = end < 64 ? *word >> end << end : 0;
  return (run){(int64_t)first * LS_THIN_LINE, floats < count ? floats : count};
}

static run take_last(uint64_t *word, int64_t count)
{
  const int above = __builtin_clzll(*word);
  const uint64_t holes = ~*word << above;
  const int first = holes ? 64 - above - __builtin_clzll(holes) : 0;
  const int64_t floats = (int64_t)(64 - above) * LS_THIN_LINE;

  *word = first > 0 ? *word << (64 - first) >> (64 - first) : 0;
  return (run){(int64_t)first * LS_THIN_LINE, floats < count ? floats : count};
}

static void copy(float *out, const float *in, int64_t count)
{
  if (out != in) {
    memmove(out, in, (size_t)count * sizeof *out);
  }
}

void ls_thin_append(ls_thin *thin, int64_t first, const float *now, const float *before,
                    int64_t count)
{
  uint64_t word = differences(now, before, count);

  LS_ASSERT(first % LS_THIN_WORD == 0 && count == floats_at(first, thin->count));
  thin->map[first / LS_THIN_WORD] = word;
  while (word) {
    run r = take_first(&word, count);
    copy(thin->lines + thin->kept, now + r.first, r.end - r.first);
    thin->kept += r.end - r.first;
  }
}

void ls_thin_spread(const ls_thin *thin, float *floats)
{
  const float *from = thin->lines;

  for (int64_t first = 0; first < thin->count; first += LS_THIN_WORD) {
    uint64_t word = thin->map[first / LS_THIN_WORD];
    while (word) {
      run r = take_first(&word, floats_at(first, thin->count));
      copy(floats + first + r.first, from, r.end - r.first);
      from += r.end - r.first;
    }
  }
}

void ls_thin_squeeze(ls_thin *thin, int64_t first, int64_t count)
{
  static const float zeros[LS_THIN_WORD];

  for (int64_t at = first; at < first + count; at += LS_THIN_WORD) {
    ls_thin_append(thin, at, thin->lines + at, zeros, floats_at(at, first + count));
  }
}

// The floats that the map says have travelled.
static int64_t kept_by_map(const ls_thin *thin)
{
  int64_t kept = 0;

  for (int64_t first = 0; first < thin->count; first += LS_THIN_WORD) {
    uint64_t word = thin->map[first / LS_THIN_WORD];
    while (word) {
      run r = take_first(&word, floats_at(first, thin->count));
      kept += r.end - r.first;
    }
  }
  return kept;
}

static void clear(float *floats, int64_t first, int64_t end)
{
  memset(floats + first, 0, (size_t)(end - first) * sizeof *floats);
}

// From the end: no line moves towards the beginning, so that nothing is written that is
// still to be read.
void ls_thin_restore(ls_thin *thin)
{
  int64_t kept = kept_by_map(thin);

  for (int64_t i = words_of(thin->count) - 1; i >= 0; i--) {
    int64_t first = i * LS_THIN_WORD;
    int64_t end = floats_at(first, thin->count);
    uint64_t word = thin->map[i];
    float *floats = thin->lines + first;
    while (word) {
      run r = take_last(&word, end);
      clear(floats, r.end, end);
      kept -= r.end - r.first;
      copy(floats + r.first, thin->lines + kept, r.end - r.first);
      end = r.first;
    }
    clear(floats, 0, end);
  }
  thin->kept = thin->count;
}
