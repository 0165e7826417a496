/**
 * Updates, norms and noise: every table gives the bits of the plain one.
 */

#include "base/alloc.h"
#include "base/random.h"
#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

#include <math.h>
#include <string.h>

enum { COUNT = 1040, SLACK = 64, VECTORS = 3 };

static const ls_kernels *plain;
static const ls_kernels *tables[8];
static float *gradient;
static float *actual[VECTORS], *expected[VECTORS]; // weights and up to two slots
static uint16_t *noise;

static const ls_update update = {.rate = 0.01f,
                                 .scale = 1.0f / 32,
                                 .l2 = 0.003f,
                                 .shrink = 0.0007f,
                                 .keep1 = 0.9f,
                                 .take1 = 0.1f,
                                 .keep2 = 0.999f,
                                 .take2 = 0.001f,
                                 .root2 = 0.07f,
                                 .eps = 1e-8f};

typedef void (*runner)(const ls_kernels *k, float *const *v, const ls_update *u);

static void run_momentum(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->momentum(v[0], v[1], gradient, COUNT, u);
}

static void run_plain_decay(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->momentum(v[0], NULL, gradient, COUNT, u);
}

static void run_adam(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->adam(v[0], v[1], v[2], gradient, COUNT, u);
}

static void run_rmsprop(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->rmsprop(v[0], v[1], v[2], gradient, COUNT, u);
}

static void run_rmsprop_alone(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->rmsprop(v[0], v[1], NULL, gradient, COUNT, u);
}

static void run_adagrad(const ls_kernels *k, float *const *v, const ls_update *u)
{
  k->adagrad(v[0], v[1], gradient, COUNT, u);
}

static void compare(runner run, const ls_update *u, content content, const char *name)
{
  suite_fill(gradient, 1, COUNT, content, 1);
  for (int t = 0; tables[t]; t++) {
    for (int v = 0; v < VECTORS; v++) {
      suite_mark(actual[v], COUNT + SLACK);
      suite_mark(expected[v], COUNT + SLACK);
      suite_fill(actual[v], 1, COUNT, content, 2 + (uint64_t)v);
      suite_fill(expected[v], 1, COUNT, content, 2 + (uint64_t)v);
    }
    run(plain, expected, u);
    run(tables[t], actual, u);
    for (int v = 0; v < VECTORS; v++) {
      suite_assert_same(actual[v], expected[v], COUNT + SLACK, "%s of %s, vector %d",
                        name, tables[t]->name, v);
    }
  }
}

static void every_update_has_the_plain_bits(void **state)
{
  static const struct {
    runner run;
    const char *name;
  } runners[] = {{run_momentum, "momentum"},
                 {run_plain_decay, "no slot"},
                 {run_adam, "adam"},
                 {run_rmsprop, "rmsprop"},
                 {run_rmsprop_alone, "rmsprop one"},
                 {run_adagrad, "adagrad"}};
  ls_update nesterov = update;

  (void)state;
  nesterov.nesterov = true;
  for (size_t i = 0; i < sizeof runners / sizeof *runners; i++) {
    compare(runners[i].run, &update, ORDINARY, runners[i].name);
    compare(runners[i].run, &update, SPECIAL, runners[i].name);
  }
  compare(run_momentum, &nesterov, ORDINARY, "nesterov");
  compare(run_momentum, &nesterov, SPECIAL, "nesterov");
}

// The padding is weights, slots and gradient of +0.0; no update may spoil it, not even
// one whose decay is larger than the weight.
static void padding_stays_plus_zero(void **state)
{
  static const runner runners[] = {run_momentum, run_plain_decay, run_adam, run_rmsprop,
                                   run_adagrad};
  const float zeros[COUNT] = {0};
  ls_update greedy = update;

  (void)state;
  greedy.shrink = 3.0f;
  memset(gradient, 0, COUNT * sizeof *gradient);
  for (size_t i = 0; i < sizeof runners / sizeof *runners; i++) {
    for (int v = 0; v < VECTORS; v++) {
      memset(actual[v], 0, COUNT * sizeof *actual[v]);
    }
    runners[i](plain, actual, &greedy);
    suite_assert_same(actual[0], zeros, COUNT, "weights of runner %zu", i);
  }
}

static void sum_of_squares_has_the_plain_bits(void **state)
{
  (void)state;
  for (int content = ORDINARY; content <= SPECIAL; content++) {
    suite_fill(gradient, 1, COUNT, content, 5);
    for (int t = 0; tables[t]; t++) {
      for (int count = 0; count <= COUNT; count += LS_PAD) {
        double found = tables[t]->sum_of_squares(gradient, count);
        double wanted = plain->sum_of_squares(gradient, count);
        if (!(found == wanted || (isnan(found) && isnan(wanted)))) {
          fail_msg("%s of %d: %a, not %a", tables[t]->name, count, found, wanted);
        }
      }
    }
  }
}

static void noise_is_the_random_words_in_halves(void **state)
{
  enum { BLOCKS = 37 };
  const uint64_t seed = 0x123456789abcdef0;
  const uint64_t stream = LS_RANDOM_DROPOUT + (UINT64_C(7) << 32);
  const uint64_t counter = UINT64_C(0xfffffff0); // carries within a group

  (void)state;
  for (int t = 0; tables[t]; t++) {
    memset(noise, 0, COUNT * sizeof *noise);
    tables[t]->noise(noise, seed, stream, counter, BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
      uint32_t words[4];
      ls_random_words(words, seed, stream, counter + (uint64_t)i);
      for (int j = 0; j < 4; j++) {
        assert_int_equal(noise[8 * i + 2 * j], words[j] & 0xffff);
        assert_int_equal(noise[8 * i + 2 * j + 1], words[j] >> 16);
      }
    }
    assert_int_equal(noise[8 * BLOCKS], 0);
  }
}

static void dropout_and_scale_have_the_plain_bits(void **state)
{
  (void)state;
  plain->noise(noise, 1, LS_RANDOM_DROPOUT, 0, COUNT / 8);
  for (int t = 0; tables[t]; t++) {
    suite_fill(actual[0], 1, COUNT, SPECIAL, 3);
    suite_fill(expected[0], 1, COUNT, SPECIAL, 3);
    tables[t]->dropout(actual[0], noise, COUNT, 0x3333, 1.25f);
    plain->dropout(expected[0], noise, COUNT, 0x3333, 1.25f);
    suite_assert_same(actual[0], expected[0], COUNT, "dropout of %s", tables[t]->name);
    tables[t]->scale(actual[0], COUNT, 0.3f);
    plain->scale(expected[0], COUNT, 0.3f);
    suite_assert_same(actual[0], expected[0], COUNT, "scale of %s", tables[t]->name);
  }
}

static int set_up(void **state)
{
  bool complete = true;

  (void)state;
  plain = ls_kernels_find("plain");
  for (int i = 0, t = 0; table_names[i]; i++) {
    tables[t] = ls_kernels_find(table_names[i]);
    t += tables[t] != NULL;
  }
  for (int v = 0; v < VECTORS; v++) {
    actual[v] = ls_alloc(COUNT + SLACK, sizeof *actual[v]);
    expected[v] = ls_alloc(COUNT + SLACK, sizeof *expected[v]);
    complete = complete && actual[v] && expected[v];
  }
  gradient = ls_alloc(COUNT + SLACK, sizeof *gradient);
  noise = ls_alloc(COUNT, sizeof *noise);
  return !(plain && complete && gradient && noise);
}

static int tear_down(void **state)
{
  (void)state;
  for (int v = 0; v < VECTORS; v++) {
    ls_free(actual[v]);
    ls_free(expected[v]);
  }
  ls_free(gradient);
  ls_free(noise);
  return ls_alloc_live() != 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_update_has_the_plain_bits),
      cmocka_unit_test(padding_stays_plus_zero),
      cmocka_unit_test(sum_of_squares_has_the_plain_bits),
      cmocka_unit_test(noise_is_the_random_words_in_halves),
      cmocka_unit_test(dropout_and_scale_have_the_plain_bits),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
