#include "compare/statistics.h"

#include <math.h>

// The density of Student's distribution but for its factor, at t = sqrt(n) tan(angle)
// integrates as cos^(n - 1): a smooth function on a finite range, for Simpson's rule.
static double share_below(double angle, int freedom)
{
  enum { STRIPS = 2000 };
  const double right = acos(0.0);
  double sums[2] = {0, 0};
  const double ends[2] = {angle, right};

  for (int part = 0; part < 2; part++) {
    double width = ends[part] / STRIPS;
    for (int i = 0; i <= STRIPS; i++) {
      double weight = i == 0 || i == STRIPS ? 1 : i % 2 == 1 ? 4 : 2;
      sums[part] += weight * width / 3 * pow(cos(i * width), freedom - 1);
    }
  }
  return 0.5 + 0.5 * sums[0] / sums[1];
}

double ls_student_quantile(int freedom)
{
  double low = 0;
  double high = acos(0.0);

  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (share_below(middle, freedom) < 0.975) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return sqrt((double)freedom) * tan(low);
}

ls_sample ls_sample_of(const double *values, int count)
{
  ls_sample s = {.count = count, .mean = NAN, .half = NAN};
  double sum = 0;
  double squares = 0;

  for (int i = 0; i < count; i++) {
    sum += values[i];
  }
  if (count == 0) {
    return s;
  }
  s.mean = sum / count;
  for (int i = 0; i < count; i++) {
    squares += (values[i] - s.mean) * (values[i] - s.mean);
  }
  if (count > 1) {
    s.sd = sqrt(squares / (count - 1));
    s.half = ls_student_quantile(count - 1) * s.sd / sqrt((double)count);
  }
  return s;
}
