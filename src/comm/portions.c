#include "comm/portions.h"

#include "base/alloc.h"
#include "base/fault.h"

enum {
  UNIT = 1024,
  FARTHEST = UNIT / 5, /* from the mean, in units of it: a time counts as no farther */
  DAMPING = 8,         /* so many steps to follow a time, about */
  LEAST_PARTS = 4      /* a portion is no less than this part of an equal one */
};

ls_status ls_portions_init(ls_portions *portions, int ranks, bool by_speed)
{
  *portions = (ls_portions){.ranks = ranks, .by_speed = by_speed};
  portions->of = ls_alloc((size_t)ranks, sizeof *portions->of);
  for (int rank = 0; portions->of && rank < ranks; rank++) {
    portions->of[rank] = LS_PORTIONS_ALL / ranks;
  }
  return portions->of ? LS_OK : LS_E_NOMEM;
}

void ls_portions_clear(ls_portions *portions)
{
  ls_free(portions->of);
  *portions = (ls_portions){0};
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
  return value < low ? low : value > high ? high : value;
}

// The mean time, or 0 if a rank has none.
static int64_t mean_time(const ls_shared_ride *rides, int ranks)
{
  int64_t all = 0;

  for (int rank = 0; rank < ranks; rank++) {
    if (rides[rank].nanoseconds <= 0) {
      return 0;
    }
    all += rides[rank].nanoseconds;
  }
  return all / ranks;
}

// For tests: nothing for some, now these and now those.
static void deal_unevenly(ls_portions *portions)
{
  const int turn = ++portions->turn;

  for (int rank = 0; rank < portions->ranks; rank++) {
    portions->of[rank] = (turn + rank) % 3 == 0 ? 0 : 1 + (7 * turn + 5 * rank) % 11;
  }
  portions->of[turn % portions->ranks] += 1;
}

void ls_portions_follow(ls_portions *portions, const ls_shared_ride *rides)
{
  const int ranks = portions->ranks;
  const int64_t mean = mean_time(rides, ranks);
  const int64_t least = LS_PORTIONS_ALL / ranks / LEAST_PARTS;
  int64_t all = 0;

  if (ls_fault_uneven()) {
    deal_unevenly(portions);
    return;
  }
  if (!portions->by_speed || mean == 0) {
    return;
  }
  for (int rank = 0; rank < ranks; rank++) {
    const int64_t late = (rides[rank].nanoseconds - mean) / (mean / UNIT + 1);
    portions->of[rank] -=
        portions->of[rank] * between(-FARTHEST, late, FARTHEST) / UNIT / DAMPING;
    all += portions->of[rank];
  }
  for (int rank = 0; rank < ranks; rank++) {
    const int64_t part = portions->of[rank] * LS_PORTIONS_ALL / all;
    portions->of[rank] = part < least ? least : part;
  }
}

// How many of the rows are before that rank's, rounded.
static int64_t before(const ls_portions *portions, int rank, int64_t rows)
{
  int64_t all = 0;
  int64_t left = 0;

  for (int i = 0; i < portions->ranks; i++) {
    all += portions->of[i];
    left += i < rank ? portions->of[i] : 0;
  }
  return (rows * left + all / 2) / all;
}

ls_span ls_portions_of(const ls_portions *portions, int rank, ls_span rows)
{
  const int64_t first = before(portions, rank, rows.count);
  const int64_t end = before(portions, rank + 1, rows.count);

  return (ls_span){rows.first + first, end - first};
}
