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

static bool travels(const ls_thin *thin, int64_t line)
{
  return thin->map[line / 64] >> (line % 64) & 1;
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

// Take the first run out of a word that is not 0; `count` floats belong to it.
static run take_first(uint64_t *word, int64_t count)
{
  const int first = __builtin_ctzll(*word);
  const uint64_t holes = ~*word >> first;
  const int end = holes ? first + __builtin_ctzll(holes) : 64;
  const int64_t floats = (int64_t)end * LS_THIN_LINE;

  *word = end < 64 ? *word >> end << end : 0;
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

void ls_thin_append_sums(ls_thin *thin, int64_t first, const float *sums, int64_t count)
{
  static const float zeros[LS_THIN_WORD];

  ls_thin_append(thin, first, sums, zeros, count);
}

int64_t ls_thin_count(const ls_thin *thin)
{
  int64_t lines = 0;

  for (int64_t i = 0; i < words_of(thin->count); i++) {
    lines += __builtin_popcountll(thin->map[i]);
  }
  // The last line travels whole, but for what it is short of.
  int64_t last = (thin->count - 1) / LS_THIN_LINE;
  bool ends = thin->count > 0 && travels(thin, last);
  return LS_THIN_LINE * lines - (ends ? LS_THIN_LINE * (last + 1) - thin->count : 0);
}

// Floats of a word, of which not all travel.
static void widen(float *out, ls_thin *thin, uint64_t word, int64_t count)
{
  int64_t done = 0;

  while (word) {
    run r = take_first(&word, count);
    memset(out + done, 0, (size_t)(r.first - done) * sizeof *out);
    copy(out + r.first, thin->lines + thin->kept, r.end - r.first);
    thin->kept += r.end - r.first;
    done = r.end;
  }
  memset(out + done, 0, (size_t)(count - done) * sizeof *out);
}

static const float *read_word(ls_thin *thin, int64_t first, int64_t count, float *room)
{
  const int lines = (int)((count + LS_THIN_LINE - 1) / LS_THIN_LINE);
  const uint64_t word = thin->map[first / LS_THIN_WORD];
  const float *here = thin->lines + thin->kept;

  if (word == ~(uint64_t)0 >> (64 - lines)) {
    thin->kept += count;
    return here;
  }
  widen(room, thin, word, count);
  return room;
}

const float *ls_thin_read(ls_thin *thin, int64_t first, int64_t count, float *room)
{
  const int64_t end = first + count;

  if (first % LS_THIN_WORD == 0 && count > 0 &&
      count == floats_at(first, thin->count)) {
    return read_word(thin, first, count, room);
  }
  for (int64_t at = first, next; at < end; at = next) {
    int64_t line = at / LS_THIN_LINE;
    next = LS_THIN_LINE * (line + 1) < end ? LS_THIN_LINE * (line + 1) : end;
    size_t bytes = (size_t)(next - at) * sizeof *room;
    if (travels(thin, line)) {
      memcpy(room + (at - first), thin->lines + thin->kept, bytes);
      thin->kept += next - at;
    } else {
      memset(room + (at - first), 0, bytes);
    }
  }
  return room;
}
