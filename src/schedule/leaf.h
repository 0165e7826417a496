#ifndef SCHEDULE_LEAF_H
#define SCHEDULE_LEAF_H

/**
 * Reading the arguments of a leaf by their index in its kind's table.
 *
 * All of it is local and gives the same result on every rank.
 */

#include "schedule/kind.h"

#include <math.h>
#include <stddef.h>

/** Whether an argument has a value, its own or by default.  Local. */
static inline bool ls_leaf_has(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].count > 0;
}

/** How many values an argument has.  Local. */
static inline int ls_leaf_count(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].count;
}

/** A number.  Local. */
static inline double ls_leaf_number(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].amounts[0].number;
}

/** A factor; NaN while the base rate is unknown.  Local. */
static inline double ls_leaf_factor(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].amounts[0].factor;
}

/** A length in steps; -1 while the run is unknown, or where it was left out.  Local. */
static inline int64_t ls_leaf_steps(const ls_leaf *leaf, int argument)
{
  const ls_value *value = &leaf->values[argument];
  return value->count > 0 ? value->amounts[0].steps : -1;
}

/** The index of a word among those that the argument takes.  Local. */
static inline int ls_leaf_word(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].word;
}

/** Whether a flag is set.  Local. */
static inline bool ls_leaf_flag(const ls_leaf *leaf, int argument)
{
  return leaf->values[argument].given;
}

/** Whether a decay would grow without being allowed to.  NaN does not.  Local. */
static inline bool ls_leaf_grows(const ls_leaf *leaf, bool grows, int grow_argument)
{
  return grows && !ls_leaf_flag(leaf, grow_argument);
}

/** What is said then. */
#define LS_WOULD_GROW "would grow; add 'grow' if that is meant"

/** The larger of two factors.  Local. */
static inline double ls_larger(double a, double b)
{
  return a > b ? a : b;
}

/** The smaller of two factors.  Local. */
static inline double ls_smaller(double a, double b)
{
  return a < b ? a : b;
}

/** A factor kept on this side of an argument that may be left out.  Local. */
static inline double ls_leaf_bounded(const ls_leaf *leaf, int bound, bool grows,
                                     double factor)
{
  if (!ls_leaf_has(leaf, bound)) {
    return factor;
  }
  double limit = ls_leaf_factor(leaf, bound);
  return grows ? ls_smaller(factor, limit) : ls_larger(factor, limit);
}

/**
 * Why a decay without an end would grow, or jump to a bound on the wrong side; or NULL.
 *
 * Local; same result on every rank.
 *
 * argument   out: `bound`, where the bound is the reason
 */
static inline const char *ls_leaf_check_bound(const ls_leaf *leaf, int bound,
                                              bool grows, int grow, int *argument)
{
  if (ls_leaf_grows(leaf, grows, grow)) {
    return LS_WOULD_GROW;
  }
  if (!ls_leaf_has(leaf, bound)) {
    return NULL;
  }
  *argument = bound;
  double limit = ls_leaf_factor(leaf, bound);
  if (!grows && limit > 1.0) {
    return "is above 1, where the decay begins";
  }
  return grows && limit < 1.0 ? "is below 1, where the growth begins" : NULL;
}

/** No factor and no product of factors is larger, so that none becomes infinite. */
#define LS_FACTOR_MAX 1e100

/** base^exponent, at most LS_FACTOR_MAX; quick for the usual exponent 1.  Local. */
static inline double ls_power(double base, double exponent)
{
  return ls_smaller(exponent == 1.0 ? base : pow(base, exponent), LS_FACTOR_MAX);
}

/** From 1 at x = 0 to 0 at x = 1 along half a cosine.  Local. */
static inline double ls_half_cosine(double x)
{
  return 0.5 * (1.0 + cos(3.14159265358979323846 * x));
}

/**
 * How many positions of a list have been reached: those at or before `step`.
 *
 * Local; same result on every rank.  The list must ascend.
 */
static inline int ls_leaf_reached(const ls_leaf *leaf, int argument, int64_t step)
{
  const ls_value *value = &leaf->values[argument];
  int low = 0, high = value->count;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (value->amounts[middle].steps <= step) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

#endif
