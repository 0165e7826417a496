#include "comm/thin.h"

#include "base/alloc.h"
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOST = 3 * LS_THIN_WORD };

// Some floats on their way: `sent` as a sender has them, `there` as a receiver does.
typedef struct trip {
  char *sent, *there;
  ls_thin out, in;
} trip;

static trip begin(int64_t count)
{
  trip t = {.sent = ls_alloc(ls_thin_most_bytes(MOST), 1),
            .there = ls_alloc(ls_thin_most_bytes(MOST), 1)};

  assert_non_null(t.sent);
  assert_non_null(t.there);
  // What lies there is of an earlier trip.
  memset(t.sent, 0x55, ls_thin_most_bytes(MOST));
  memset(t.there, 0xaa, ls_thin_most_bytes(MOST));
  t.out = ls_thin_at(t.sent, count);
  t.in = ls_thin_at(t.there, count);
  return t;
}

static void go(trip *t)
{
  memcpy(t->there, t->sent, ls_thin_bytes(&t->out));
}

static void end(trip *t)
{
  ls_free(t->sent);
  ls_free(t->there);
}

static void expect_bits(const float *actual, const float *expected, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    if (memcmp(&actual[i], &expected[i], sizeof *actual) != 0) {
      fail_msg("float %lld of %lld: %a, expected %a", (long long)i, (long long)count,
               (double)actual[i], (double)expected[i]);
    }
  }
}

// Kept without zeros, and read in pieces: the floats that travelled.
static int64_t carried(const float *floats, int64_t count, int64_t piece)
{
  float room[MOST];
  trip t = begin(count);

  for (int64_t at = 0; at < count; at += LS_THIN_WORD) {
    int64_t now = count - at < LS_THIN_WORD ? count - at : LS_THIN_WORD;
    memcpy(t.out.lines + t.out.kept, floats + at, (size_t)now * sizeof *floats);
    ls_thin_append_sums(&t.out, at, t.out.lines + t.out.kept, now);
  }
  go(&t);
  assert_int_equal(ls_thin_count(&t.in), t.out.kept);
  for (int64_t at = 0; at < count; at += piece) {
    int64_t now = count - at < piece ? count - at : piece;
    memset(room, 0x33, sizeof room);
    expect_bits(ls_thin_read(&t.in, at, now, room), floats + at, now);
  }
  assert_int_equal(t.in.kept, t.out.kept);
  end(&t);
  return t.out.kept;
}

// As `before` at both ends, then `now` at one: what had to travel for the other.
static int64_t renewed(const float *now, const float *before, int64_t count)
{
  float there[MOST];
  trip t = begin(count);

  memcpy(there, before, (size_t)count * sizeof *there);
  for (int64_t at = 0; at < count; at += LS_THIN_WORD) {
    ls_thin_append(&t.out, at, now + at, before + at,
                   count - at < LS_THIN_WORD ? count - at : LS_THIN_WORD);
  }
  go(&t);
  ls_thin_spread(&t.in, there);
  expect_bits(there, now, count);
  end(&t);
  return t.out.kept;
}

// Lines by a pattern of bits, repeated, of which those that are 1 are not zero.
static void draw(float *floats, int64_t count, uint64_t pattern, int bits)
{
  for (int64_t i = 0; i < count; i++) {
    bool drawn = pattern >> (i / LS_THIN_LINE % bits) & 1;
    floats[i] = drawn ? (float)(i + 1) : 0.0f;
  }
}

static int64_t drawn_lines(const float *floats, int64_t count)
{
  int64_t kept = 0;

  for (int64_t at = 0; at < count; at += LS_THIN_LINE) {
    int64_t rest = count - at < LS_THIN_LINE ? count - at : LS_THIN_LINE;
    kept += floats[at] != 0.0f ? rest : 0;
  }
  return kept;
}

static const int64_t counts[] = {1,    15,   16,   17,   100,      1008, 1009,
                                 1023, 1024, 1025, 1040, MOST - 1, MOST};
static const int64_t pieces[] = {LS_THIN_WORD, MOST, 1, 16, 37, 1000, 1040};
static const uint64_t patterns[] = {0x0, 0x1, 0x2, 0x5, 0x7e, 0x55, 0x7f};

enum {
  COUNTS = sizeof counts / sizeof *counts,
  PIECES = sizeof pieces / sizeof *pieces,
  PATTERNS = sizeof patterns / sizeof *patterns,
  PATTERN_BITS = 7
};

static void lines_of_zeros_do_not_travel(void **state)
{
  float floats[MOST];

  (void)state;
  for (int c = 0; c < COUNTS; c++) {
    for (int p = 0; p < PATTERNS; p++) {
      draw(floats, counts[c], patterns[p], PATTERN_BITS);
      int64_t kept = drawn_lines(floats, counts[c]);
      for (int i = 0; i < PIECES; i++) {
        assert_int_equal(carried(floats, counts[c], pieces[i]), kept);
      }
    }
  }
}

static void lines_as_they_were_do_not_travel(void **state)
{
  float now[MOST], before[MOST];

  (void)state;
  for (int c = 0; c < COUNTS; c++) {
    for (int p = 0; p < PATTERNS; p++) {
      draw(now, counts[c], patterns[p], PATTERN_BITS);
      int64_t kept = drawn_lines(now, counts[c]);
      for (int64_t i = 0; i < counts[c]; i++) {
        before[i] = -7.5f;
        now[i] -= 7.5f;
      }
      assert_int_equal(renewed(now, before, counts[c]), kept);
    }
  }
}

// Alone in its line, at each place of it, also in the last and shorter line.
static void expect_to_travel(float value)
{
  enum { COUNT = 2 * LS_THIN_LINE + 5 };
  const float zeros[COUNT] = {0};

  for (int i = 0; i < COUNT; i++) {
    float floats[COUNT] = {0};
    floats[i] = value;
    int64_t line = i < 2 * LS_THIN_LINE ? LS_THIN_LINE : 5;
    assert_int_equal(carried(floats, COUNT, COUNT), line);
    assert_int_equal(renewed(floats, zeros, COUNT), line);
    assert_int_equal(renewed(zeros, floats, COUNT), line);
  }
}

static void bits_decide_not_values(void **state)
{
  (void)state;
  expect_to_travel(1.0f);
  expect_to_travel(-0.0f);
  expect_to_travel(nanf("17"));
  expect_to_travel(-INFINITY);
  expect_to_travel(0x1p-149f);
}

static void nan_that_stays_does_not_travel(void **state)
{
  float floats[100];

  (void)state;
  for (int i = 0; i < 100; i++) {
    floats[i] = nanf("17");
  }
  assert_int_equal(renewed(floats, floats, 100), 0);
}

static void nothing_travels_as_nothing(void **state)
{
  trip t = begin(0);

  (void)state;
  assert_int_equal(ls_thin_bytes(&t.out), 0);
  assert_int_equal(ls_thin_count(&t.in), 0);
  ls_thin_spread(&t.in, NULL);
  end(&t);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_of_zeros_do_not_travel),
      cmocka_unit_test(lines_as_they_were_do_not_travel),
      cmocka_unit_test(bits_decide_not_values),
      cmocka_unit_test(nan_that_stays_does_not_travel),
      cmocka_unit_test(nothing_travels_as_nothing),
  };

  return cmocka_run_group_tests_name("thin", tests, NULL, NULL);
}
