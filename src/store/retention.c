#include "store/retention.h"

#include "base/assert.h"

#include <math.h>

size_t ls_retention_best(const ls_kept *files, size_t count)
{
  size_t best = count;

  for (size_t i = 0; i < count; i++) {
    if (files[i].is_good && !isnan(files[i].merit) &&
        (best == count || files[i].merit >= files[best].merit)) {
      best = i;
    }
  }
  return best;
}

size_t ls_retention_next(const ls_kept *files, size_t count, int keep)
{
  size_t best = ls_retention_best(files, count);
  size_t next = count;
  int good = 0;

  LS_ASSERT(keep >= 1);
  for (size_t i = 0; i < count; i++) {
    LS_ASSERT(i == 0 || files[i].step < files[i - 1].step);
    good += files[i].is_good ? 1 : 0;
    if (files[i].is_good && good > keep && i != best) {
      next = i;
    }
  }
  return next;
}
