/**
 * Optimizers: PyTorch's values, on any cut of the parameters; and what is refused.
 */

#include "base/alloc.h"
#include "lockstep/optimizer.h"
#include "train/optimizer.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 3, OUTPUTS = 5, WEIGHTS = INPUTS * OUTPUTS, PARAMETERS = 20 };
enum { FLOATS = (INPUTS + 1) * LS_PAD, ROWS = 4, STEPS = 100 };

// The problem of make_optimizer_figures.py.
typedef struct bowl {
  ls_layout layout;
  float weights[FLOATS];
  float gradient[FLOATS];
} bowl;

static int64_t place_of(int i)
{
  return i < WEIGHTS ? i / OUTPUTS * LS_PAD + i % OUTPUTS
                     : INPUTS * LS_PAD + i - WEIGHTS;
}

static void begin_bowl(bowl *b)
{
  memset(b, 0, sizeof *b);
  assert_int_equal(ls_layout_create(&b->layout, INPUTS, "none", OUTPUTS), LS_OK);
  assert_int_equal(b->layout.count, FLOATS);
  for (int i = 0; i < PARAMETERS; i++) {
    b->weights[place_of(i)] = (float)(i * 3 % 11 - 5) / 8;
  }
}

// The sum over ROWS equal rows.
static void differentiate(bowl *b)
{
  for (int i = 0; i < PARAMETERS; i++) {
    float slope = (float)(i % 7 + 1) / 4;
    float centre = (float)(i * 5 % 9 - 4) / 8;
    b->gradient[place_of(i)] = ROWS * (slope * (b->weights[place_of(i)] - centre));
  }
}

static ls_optimizer *create(const bowl *b, const char *text, const char *decay,
                            double clip_norm, ls_span own)
{
  ls_optimizer *optimizer = NULL;
  ls_optimizer_config config = {.text = text,
                                .weight_decay = decay,
                                .clip_norm = clip_norm,
                                .kernels = ls_kernels_find(NULL),
                                .layout = &b->layout,
                                .own = own};

  if (ls_optimizer_create(&optimizer, &config) != LS_OK) {
    fail_msg("%s: %s", text, ls_status_message());
  }
  return optimizer;
}

static void update_once(bowl *b, ls_optimizer *optimizer, ls_span own, int step,
                        double rate, double clip_norm)
{
  ls_optimizer_begin_step(optimizer, step, (float)(rate * (1 - step / (2.0 * STEPS))),
                          ROWS);
  if (clip_norm > 0) {
    const ls_kernels *k = ls_kernels_find(NULL);
    ls_optimizer_measured(optimizer, k->sum_of_squares(b->gradient, FLOATS));
  }
  ls_optimizer_update(optimizer, b->weights + own.first, b->gradient + own.first, own);
}

// A row of the figures, its first five fields apart.
typedef struct figures {
  char *field[5];
  char *values;
} figures;

static bool read_row(figures *row, char *line, FILE *file)
{
  char *rest = NULL;

  if (!fgets(line, 1024, file)) {
    return false;
  }
  for (int i = 0; i < 5; i++) {
    row->field[i] = strtok_r(i == 0 ? line : NULL, ";", &rest);
    assert_non_null(row->field[i]);
  }
  row->values = rest;
  return true;
}

// 100 updates that round a few times each, of values about 1: 100 * 4 * 2^-24 is 2e-5.
// Where squares are tiny, the root divides by less than 1 and the error grows some.
static void compare(const bowl *b, const figures *row)
{
  char *at = row->values;

  for (int i = 0; i < PARAMETERS; i++) {
    double wanted = strtod(at, &at);
    double found = (double)b->weights[place_of(i)];
    if (!(fabs(found - wanted) <= 2e-5 * (1 + fabs(wanted)))) {
      fail_msg("%s %s, step %s, parameter %d: %.9g, PyTorch has %.9g", row->field[0],
               row->field[1], row->field[4], i, found, wanted);
    }
  }
}

static void train_to(bowl *b, ls_optimizer *optimizer, int *step, const figures *row)
{
  for (; *step < atoi(row->field[4]); ++*step) {
    differentiate(b);
    update_once(b, optimizer, (ls_span){0, FLOATS}, *step, strtod(row->field[3], NULL),
                strtod(row->field[2], NULL));
  }
}

static void values_are_those_of_pytorch(void **state)
{
  FILE *file = fopen(LOCKSTEP_TEST_DATA "/optimizers/torch.csv", "r");
  ls_optimizer *optimizer = NULL;
  char line[1024];
  figures row;
  bowl b;
  int step = 0;
  int rows = 0;

  (void)state;
  assert_non_null(file);
  assert_true(read_row(&row, line, file));
  while (read_row(&row, line, file)) {
    if (strcmp(row.field[4], "1") == 0) {
      ls_optimizer_destroy(optimizer);
      begin_bowl(&b);
      optimizer = create(&b, row.field[0], row.field[1], strtod(row.field[2], NULL),
                         (ls_span){0, FLOATS});
      step = 0;
    }
    train_to(&b, optimizer, &step, &row);
    compare(&b, &row);
    rows++;
  }
  ls_optimizer_destroy(optimizer);
  (void)fclose(file);
  assert_int_equal(rows, 42);
}

// A slice that is cut between the tensors gives the bits of the whole.
static void slices_have_the_bits_of_the_whole(void **state)
{
  const ls_span whole = {0, FLOATS};
  const ls_span slices[2] = {{0, INPUTS * LS_PAD}, {INPUTS * LS_PAD, LS_PAD}};
  const char *text = "adam(eps=1e-4)";
  bowl one;
  bowl two;

  (void)state;
  begin_bowl(&one);
  begin_bowl(&two);
  ls_optimizer *all = create(&one, text, "l2(0.1)", 0.5, whole);
  ls_optimizer *parts[2] = {create(&two, text, "l2(0.1)", 0.5, slices[0]),
                            create(&two, text, "l2(0.1)", 0.5, slices[1])};
  for (int step = 0; step < STEPS; step++) {
    differentiate(&one);
    differentiate(&two);
    update_once(&one, all, whole, step, 0.02, 0.5);
    for (int i = 0; i < 2; i++) {
      update_once(&two, parts[i], slices[i], step, 0.02, 0.5);
    }
  }
  assert_memory_equal(one.weights, two.weights, sizeof one.weights);
  ls_optimizer_destroy(all);
  ls_optimizer_destroy(parts[0]);
  ls_optimizer_destroy(parts[1]);
}

static void a_text_that_is_none_is_refused_with_its_place(void **state)
{
  static const char *const refused[][3] = {
      {"adm", "none", "optimizer:1:1: 'adm' is not known (did you mean 'adam'?)"},
      {"adam(bta1=0.9)", "none",
       "optimizer:1:6: 'bta1' is not an argument of adam (did you mean 'beta1'?)"},
      {"adam(beta1=1)", "none", "optimizer:1:12: beta1: 1 is not below 1"},
      {"adam(eps=0)", "none", "optimizer:1:10: eps: 0 is below 1e-30"},
      {"adam(eps=1e400)", "none",
       "optimizer:1:10: '1e400' is not a finite decimal number"},
      {"adam(beta1=0x1)", "none", "optimizer:1:13: expected ',' or ')', found 'x1'"},
      {"sgd(0.9", "none", "optimizer:1:8: expected ',' or ')', found the end"},
      {"sgd(0.9, 0.9, 0.9)", "none", "optimizer:1:15: sgd takes no number here"},
      {"sgd\n (momentun=1)", "none",
       "optimizer:2:3: 'momentun' is not an argument of sgd (did you mean "
       "'momentum'?)"},
      {"sgd(nesterov)", "none",
       "optimizer:1:1: nesterov needs a momentum above 0 and no dampening"},
      {"sgd sgd", "none", "optimizer:1:5: expected '(' or the end, found 'sgd'"},
      {"sgd", "0.1", "weight-decay:1:1: expected a name, found '0.1'"},
      {"sgd", "l2", "weight-decay:1:1: l2 needs 'rate'"},
      {"adamw", "l2(1)",
       "optimizer:1:1: adamw has a weight_decay of its own; say it there, or take "
       "adam with --weight-decay"},
  };

  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    assert_int_equal(ls_optimizer_check(refused[i][0], refused[i][1]), LS_E_ARG);
    assert_string_equal(ls_status_message(), refused[i][2]);
  }
}

static void slots_are_as_many_as_are_needed(void **state)
{
  static const struct {
    const char *text;
    int slots;
  } cases[] = {{"sgd", 0},     {"sgd(0.9)", 1},
               {"adam", 2},    {"adamw( weight_decay = 0.1 , biases )", 2},
               {"rmsprop", 1}, {"rmsprop(momentum=0.5)", 2},
               {"adagrad", 1}};
  bowl b;

  (void)state;
  begin_bowl(&b);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ls_optimizer *optimizer =
        create(&b, cases[i].text, "none", 0, (ls_span){0, FLOATS});
    assert_int_equal(ls_optimizer_slot_count(optimizer), cases[i].slots);
    assert_int_equal(ls_optimizer_keeps_nothing(cases[i].text, "none"),
                     cases[i].slots == 0);
    ls_optimizer_destroy(optimizer);
  }
}

// As ranks do that are early.
static void who_keeps_nothing_updates_anywhere(void **state)
{
  static const char *const decays[] = {"none", "l2(0.1)", "l2(0.1, biases)",
                                       "decoupled(0.1)"};
  const ls_span all = {0, FLOATS}, own = {LS_PAD, LS_PAD};
  bowl whole, anywhere;

  (void)state;
  for (size_t i = 0; i < sizeof decays / sizeof *decays; i++) {
    begin_bowl(&whole);
    begin_bowl(&anywhere);
    differentiate(&whole);
    differentiate(&anywhere);
    ls_optimizer *of_all = create(&whole, "sgd", decays[i], 0, all);
    ls_optimizer *of_some = create(&anywhere, "sgd", decays[i], 0, own);
    assert_true(ls_optimizer_keeps_nothing("sgd", decays[i]));
    update_once(&whole, of_all, all, 0, 0.1, 0);
    update_once(&anywhere, of_some, all, 0, 0.1, 0);
    assert_memory_equal(anywhere.weights, whole.weights, sizeof whole.weights);
    ls_optimizer_destroy(of_all);
    ls_optimizer_destroy(of_some);
  }
}

static int check_leaks(void **state)
{
  (void)state;
  return ls_alloc_live() != 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_pytorch),
      cmocka_unit_test(slices_have_the_bits_of_the_whole),
      cmocka_unit_test(a_text_that_is_none_is_refused_with_its_place),
      cmocka_unit_test(slots_are_as_many_as_are_needed),
      cmocka_unit_test(who_keeps_nothing_updates_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, check_leaks);
}
