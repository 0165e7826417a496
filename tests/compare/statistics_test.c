/**
 * Student's interval against the tables that everybody prints.
 */

#include "compare/statistics.h"
#include "unit.h"

#include <math.h>

static void quantiles_are_those_of_the_tables(void **state)
{
  static const struct {
    int freedom;
    double t;
  } table[] = {{1, 12.7062}, {2, 4.3027},  {3, 3.1824},   {4, 2.7764},
               {9, 2.2622},  {30, 2.0423}, {120, 1.9799}, {999, 1.9623}};

  (void)state;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    double found = ls_student_quantile(table[i].freedom);
    if (!(fabs(found - table[i].t) < 1e-4)) {
      fail_msg("freedom %d: %.6f, not %.4f", table[i].freedom, found, table[i].t);
    }
  }
}

static void a_sample_has_mean_deviation_and_interval(void **state)
{
  const double values[] = {97.8, 98.0, 97.9, 98.3};

  (void)state;
  ls_sample s = ls_sample_of(values, 4);
  assert_int_equal(s.count, 4);
  assert_true(fabs(s.mean - 98.0) < 1e-12);
  assert_true(fabs(s.sd - 0.2160247) < 1e-6);
  assert_true(fabs(s.half - 3.182446 * 0.2160247 / 2) < 1e-5);
}

static void small_samples_claim_no_interval(void **state)
{
  const double value = 0.5;

  (void)state;
  ls_sample one = ls_sample_of(&value, 1);
  ls_sample none = ls_sample_of(&value, 0);
  assert_true(one.mean == 0.5 && one.sd == 0 && isnan(one.half));
  assert_true(isnan(none.mean) && none.count == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_those_of_the_tables),
      cmocka_unit_test(a_sample_has_mean_deviation_and_interval),
      cmocka_unit_test(small_samples_claim_no_interval),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
