#ifndef COMPARE_STATISTICS_H
#define COMPARE_STATISTICS_H

/**
 * Means with their doubt.
 */

typedef struct ls_sample {
  int count;
  double mean; /* NaN where there is nothing */
  double sd;   /* of the values, by count - 1; 0 where there is one */
  double half; /* half the 95 % confidence interval of the mean; NaN below two values */
} ls_sample;

/**
 * Sum up values.
 *
 * Local; same result on every rank.
 *
 * values   [count]
 * source   Student 1908: mean +- t(0.975, count - 1) sd / sqrt(count)
 */
ls_sample ls_sample_of(const double *values, int count);

/**
 * The t that a Student-distributed value stays below with a probability of 0.975.
 *
 * Local; same result on every rank.
 *
 * freedom   degrees of freedom, at least 1
 */
double ls_student_quantile(int freedom);

#endif
