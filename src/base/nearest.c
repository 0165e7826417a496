#include "base/nearest.h"

#include <string.h>

enum { WORD_MAX = 48 };

static size_t min3(size_t a, size_t b, size_t c)
{
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

// Levenshtein's distance, one row of the table at a time; words too long for the row
// are as far from everything as can be.
static size_t distance(const char *a, const char *b)
{
  size_t row[WORD_MAX + 1];
  size_t a_length = strlen(a);
  size_t b_length = strlen(b);

  if (a_length > WORD_MAX || b_length > WORD_MAX) {
    return WORD_MAX;
  }
  for (size_t j = 0; j <= b_length; j++) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a_length; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      size_t above = row[j];
      size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = min3(above + 1, row[j - 1] + 1, change);
      diagonal = above;
    }
  }
  return row[b_length];
}

const char *ls_nearest(const char *typed, const char *best, const char *known)
{
  size_t far = distance(typed, known);
  size_t limit = strlen(typed) / 3 + 1;

  if (far > limit || (best && distance(typed, best) <= far)) {
    return best;
  }
  return known;
}
