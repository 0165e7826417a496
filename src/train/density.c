#include "train/density.h"

#include <stdlib.h>
#include <string.h>

// Rows that show it, and up to which share of their pixels they count as sparse.
enum { SAMPLE_ROWS = 256 };
static const double SPARSE_SHARE = 0.4;

// "0" or "1", or NULL where the rows decide.
static const char *asked_for(void)
{
  const char *word = getenv("LOCKSTEP_SPARSE");
  return word && *word ? word : NULL;
}

ls_status ls_density_check(void)
{
  const char *word = asked_for();

  if (word && strcmp(word, "0") != 0 && strcmp(word, "1") != 0) {
    return ls_fail(LS_E_ARG, "LOCKSTEP_SPARSE is '%s': expected 0 or 1", word);
  }
  return LS_OK;
}

static int64_t sample_count(const ls_rows *rows)
{
  return rows->count < SAMPLE_ROWS ? rows->count : SAMPLE_ROWS;
}

static const uint8_t *sample(const ls_rows *rows, int64_t index)
{
  return rows->images + index * (rows->count / sample_count(rows)) * rows->features;
}

bool ls_rows_are_sparse(const ls_rows *rows)
{
  const char *word = asked_for();
  const int64_t samples = sample_count(rows);
  int64_t not_zero = 0;

  if (word) {
    return strcmp(word, "1") == 0;
  }
  for (int64_t i = 0; i < samples; i++) {
    const uint8_t *image = sample(rows, i);
    for (int pixel = 0; pixel < rows->features; pixel++) {
      not_zero += image[pixel] != 0;
    }
  }
  return (double)not_zero < SPARSE_SHARE * (double)(samples * rows->features);
}

void ls_rows_shares(double *shares, const ls_rows *rows)
{
  const int64_t samples = sample_count(rows);
  const int last = rows->features - 1;

  memset(shares, 0, sizeof *shares * (size_t)rows->features);
  for (int64_t i = 0; i < samples; i++) {
    const uint8_t *image = sample(rows, i);
    for (int pixel = 0; pixel <= last; pixel++) {
      const bool some = image[pixel] || (pixel > 0 && image[pixel - 1]) ||
                        (pixel < last && image[pixel + 1]);
      shares[pixel] += some ? 1.0 / (double)samples : 0.0;
    }
  }
}
