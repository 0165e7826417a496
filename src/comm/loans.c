#include "comm/loans_private.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/fault.h"
#include "comm/watch.h"

enum {
  UNIT = 1024,      /* parts of a row */
  LENT_OF_ROWS = 4, /* a rank lends one row of so many at a border, at most */
  GROUPS = 4,       /* in which these are lent: few rows cost more than they win */
  FOLLOWED_IN = 2,  /* steps: so soon a time is followed, about */
  MOST_IN = 8       /* at least, from nothing lent to the most: a late step is none */
};

ls_status ls_loans_init(ls_loans *loans, int ranks, int own,
                        const ls_reduction_config *config)
{
  const int64_t rows = config->rows.count;
  // Whoever has the fewest rows has enough for both neighbours.
  const int64_t fewest = config->shards / ranks * (rows / config->shards);
  const int64_t most = rows / ranks / LENT_OF_ROWS / GROUPS * GROUPS;

  *loans = (ls_loans){.ranks = ranks,
                      .own = own,
                      .rows = rows,
                      .most = ranks > 1 && 2 * most <= fewest ? most : 0,
                      .row_bytes = config->rows.row_bytes};
  loans->shifts = ls_alloc((size_t)ranks + 1, sizeof *loans->shifts);
  return loans->shifts ? LS_OK : LS_E_NOMEM;
}

void ls_loans_clear(ls_loans *loans)
{
  ls_free(loans->shifts);
  *loans = (ls_loans){0};
}

bool ls_loans_are_possible(const ls_loans *loans)
{
  return loans->most > 0 && loans->row_bytes > 0;
}

static size_t counts_bytes(const ls_loans *loans)
{
  return (size_t)loans->ranks * sizeof *loans->counts;
}

static size_t border_bytes(const ls_loans *loans)
{
  const size_t bytes = (size_t)loans->most * loans->row_bytes;
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

size_t ls_loans_bytes(const ls_loans *loans)
{
  return counts_bytes(loans) + (size_t)(loans->ranks - 1) * border_bytes(loans);
}

void ls_loans_lay_out(ls_loans *loans, void *memory)
{
  loans->counts = memory;
  loans->memory = (char *)memory + counts_bytes(loans);
  ls_tally_raise(&loans->counts[loans->own], 0);
}

int64_t ls_loans_room(const ls_loans *loans)
{
  return loans->most;
}

void ls_loans_begin(ls_loans *loans, int64_t rows)
{
  loans->steps++;
  loans->full = rows == loans->rows;
  loans->begun = ls_clock_seconds();
  loans->waited = 0;
}

int64_t ls_loans_count(const ls_loans *loans, ls_border border)
{
  const bool after = border == LS_BORDER_AFTER;
  const int64_t group = loans->most / GROUPS;
  const int64_t shift = loans->full ? loans->shifts[loans->own + after] / UNIT : 0;
  const int64_t count = shift / group * group;

  return after ? count : -count;
}

void *ls_loans_place(const ls_loans *loans, ls_border border)
{
  const int first = loans->own - (border == LS_BORDER_BEFORE);

  LS_ASSERT(first >= 0 && first + 1 < loans->ranks);
  return loans->memory + (size_t)first * border_bytes(loans);
}

static bool runs_any(const ls_loans *loans)
{
  return ls_loans_count(loans, LS_BORDER_BEFORE) > 0 ||
         ls_loans_count(loans, LS_BORDER_AFTER) > 0;
}

void ls_loans_hand_over(ls_loans *loans)
{
  if (runs_any(loans)) {
    ls_fault_pause("loan", loans->own);
  }
  ls_tally_raise(&loans->counts[loans->own], loans->steps);
  ls_watch_arrive(); // whoever has not is waited for
}

void ls_loans_await(ls_loans *loans)
{
  for (ls_border border = LS_BORDER_BEFORE; border < LS_BORDERS; border++) {
    if (ls_loans_count(loans, border) < 0) {
      const int neighbour = loans->own + (border == LS_BORDER_AFTER ? 1 : -1);
      loans->waited += ls_tally_wait(&loans->counts[neighbour], loans->steps);
    }
  }
}

int64_t ls_loans_nanoseconds(const ls_loans *loans)
{
  const double seconds = ls_clock_seconds() - loans->begun - loans->waited;
  return loans->full ? (int64_t)(seconds * 1e9) : 0;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
  return value < low ? low : value > high ? high : value;
}

// For tests: as many as can be, now in this direction and now in that, and none.
static int64_t uneven_shift(const ls_loans *loans, int rank)
{
  return ((int64_t)((loans->steps + (uint32_t)rank) % 3) - 1) * loans->most * UNIT;
}

// Of the border before `rank`, by what their R rows took it and the rank before.  To
// run a row is about half of what it costs its rank, who sums its gradient in any case.
// So where x rows move, the times t come nearer by 2 x (t / 2 R), and are equal after
//
//   x = R (own - before) / t,  t = (own + before) / 2
static int64_t followed_shift(const ls_loans *loans, int rank, int64_t before,
                              int64_t own)
{
  const int64_t most = loans->most * UNIT, fastest = most / MOST_IN;
  const int64_t rows = loans->rows / loans->ranks;
  const int64_t late = (own - before) * UNIT / (own + before) * 2 * rows;
  const int64_t move = between(-fastest, late / FOLLOWED_IN, fastest);

  return between(-most, loans->shifts[rank] + move, most);
}

void ls_loans_follow(ls_loans *loans, const ls_shared_ride *rides)
{
  for (int rank = 1; rank < loans->ranks; rank++) {
    const int64_t before = rides[rank - 1].nanoseconds, own = rides[rank].nanoseconds;
    if (ls_fault_uneven()) {
      loans->shifts[rank] = uneven_shift(loans, rank);
    } else if (before > 0 && own > 0) {
      loans->shifts[rank] = followed_shift(loans, rank, before, own);
    }
  }
}
