#include "suite.h"

#include "base/random.h"
#include "unit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const table_names[] = {"plain-libm", "avx2", "avx2x2",
                                   "avx512",     "neon", NULL};

static float special(uint32_t word)
{
  static const float specials[] = {NAN,      INFINITY, -INFINITY, -0.0f,   0.0f,
                                   1e-42f,   -1e-45f,  1e-38f,    3e38f,   -3e38f,
                                   0x1p-80f, 1.0f,     -1.0f,     0x1p63f, 0x1.8p-126f};
  return specials[word % (sizeof specials / sizeof *specials)];
}

void suite_fill(float *values, int rows, int columns, content content, uint64_t seed)
{
  const int stride = ls_pad(columns);

  memset(values, 0, (size_t)rows * (size_t)stride * sizeof *values);
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < columns; i++) {
      uint32_t word[4];
      ls_random_words(word, seed, 77, (uint64_t)row * 100000 + (uint64_t)i);
      float value = 3.0f * ls_random_unit(word[0]) - 1.5f;
      bool rare = content == SPECIAL && word[1] % 16 == 0;
      values[(int64_t)row * stride + i] = rare ? special(word[2]) : value;
    }
  }
}

void suite_mark(float *values, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    values[i] = 12345.678f;
  }
}

static bool is_same(float actual, float expected)
{
  return memcmp(&actual, &expected, sizeof actual) == 0 ||
         (isnan(actual) && isnan(expected));
}

void suite_assert_same(const float *actual, const float *expected, int64_t count,
                       const char *format, ...)
{
  for (int64_t i = 0; i < count; i++) {
    if (!is_same(actual[i], expected[i])) {
      char text[160];
      va_list arguments;
      va_start(arguments, format);
      vsnprintf(text, sizeof text, format, arguments);
      va_end(arguments);
      fail_msg("%s: index %lld is %a, not %a", text, (long long)i, (double)actual[i],
               (double)expected[i]);
    }
  }
}

void suite_cut(int *first_row, int shards, int rows, int pattern)
{
  int row = 0;

  for (int j = 0; j <= shards; j++) {
    if (pattern == 0) {
      row = (int)((int64_t)j * rows / (shards > 0 ? shards : 1));
    } else if (j > 0) {
      uint32_t word[4];
      ls_random_words(word, (uint64_t)pattern, (uint64_t)rows, (uint64_t)j);
      row += (int)(word[0] % 3 == 0 ? 0 : word[1] % (uint32_t)(rows - row + 1));
    }
    first_row[j] = j == shards && shards > 0 ? rows : row;
  }
}
