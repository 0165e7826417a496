#include "bench/bound.h"
#include "unit.h"

// A step of 100 us whose work, 60 us, is two thirds products at best.
static ls_bound_figures figures(void)
{
  return (ls_bound_figures){.step = 100e-6,
                            .work = 60e-6,
                            .operations = 4e6,
                            .product_rate = 100e9,
                            .latency = 10e-6,
                            .wire_bytes = 20e3,
                            .wire_rate = 1e9};
}

static void assert_share(const ls_bound *bound, ls_bound_kind kind, double share)
{
  double difference = bound->shares[kind] - share;

  if (difference > 1e-9 || difference < -1e-9) {
    fail_msg("share of %s: %g, expected %g", ls_bound_text(kind), bound->shares[kind],
             share);
  }
}

static void a_step_is_divided_without_rest(void **state)
{
  (void)state;
  ls_bound_figures f = figures();
  ls_bound bound = ls_bound_find(&f);

  assert_share(&bound, LS_BOUND_COMPUTE, 0.4);
  assert_share(&bound, LS_BOUND_MEMORY, 0.2);
  assert_share(&bound, LS_BOUND_LATENCY, 0.1);
  assert_share(&bound, LS_BOUND_BANDWIDTH, 0.2);
  assert_share(&bound, LS_BOUND_WAITING, 0.1);
  assert_int_equal(bound.kind, LS_BOUND_COMPUTE);
}

// Figures are measured one after the other and may promise more than there is.
static void no_share_is_more_than_what_is_left(void **state)
{
  (void)state;
  ls_bound_figures f = figures();

  f.operations = 100e6;
  f.latency = 1;
  f.wire_bytes = 1e9;
  ls_bound bound = ls_bound_find(&f);
  assert_share(&bound, LS_BOUND_COMPUTE, 0.6);
  assert_share(&bound, LS_BOUND_MEMORY, 0);
  assert_share(&bound, LS_BOUND_LATENCY, 0.4);
  assert_share(&bound, LS_BOUND_BANDWIDTH, 0);
  assert_share(&bound, LS_BOUND_WAITING, 0);
}

static void each_bound_is_found(void **state)
{
  (void)state;
  ls_bound_figures memory = figures(), latency = figures(), bandwidth = figures(),
                   waiting = figures(), alone = figures();

  memory.operations = 1e6;
  assert_int_equal(ls_bound_find(&memory).kind, LS_BOUND_MEMORY);
  latency.work = 20e-6;
  latency.latency = 60e-6;
  assert_int_equal(ls_bound_find(&latency).kind, LS_BOUND_LATENCY);
  bandwidth.work = 20e-6;
  bandwidth.wire_bytes = 60e3;
  assert_int_equal(ls_bound_find(&bandwidth).kind, LS_BOUND_BANDWIDTH);
  waiting.work = 20e-6;
  assert_int_equal(ls_bound_find(&waiting).kind, LS_BOUND_WAITING);
  alone.wire_rate = 0;
  ls_bound bound = ls_bound_find(&alone);
  assert_share(&bound, LS_BOUND_BANDWIDTH, 0);
  assert_share(&bound, LS_BOUND_WAITING, 0.3);
}

static void a_bad_binding_is_named_first(void **state)
{
  (void)state;
  ls_bound_figures f = figures();

  f.binding = LS_BINDING_SHARED;
  assert_int_equal(ls_bound_find(&f).kind, LS_BOUND_BINDING);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_step_is_divided_without_rest),
      cmocka_unit_test(no_share_is_more_than_what_is_left),
      cmocka_unit_test(each_bound_is_found),
      cmocka_unit_test(a_bad_binding_is_named_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
