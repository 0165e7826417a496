#include "unit.h"

#include "lockstep/schedule_guide.h"

#include "base/alloc.h"
#include "schedule/parser.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// What is refused, and where; and what texts look like after parsing and resolving.

static const ls_schedule_run run = {0.1, 1000, 100};

typedef struct refusal {
  const char *text;
  int line, column;
  const char *reason; // how the message goes on after the place
} refusal;

static const refusal refusals[] = {
    {"", 1, 1, "expected a kind of schedule, found the end"},
    {"# nothing\n  ", 2, 3, "expected a kind of schedule, found the end"},
    {"exponential(rate=0.9, evry=10)", 1, 23,
     "'evry' is not an argument of exponential (did you mean 'every'?)"},
    {"warmup for 5\nthen cosin", 2, 6,
     "there is no kind 'cosin' (did you mean 'cosine'?)"},
    {"plateau(vall_loss)", 1, 9,
     "'vall_loss' is not an argument of plateau (did you mean 'val_loss'?)"},
    {"warmup(shape=cosin)", 1, 14,
     "'shape' of warmup is one of linear|log|cosine|1-sqrt, not 'cosin' (did you mean "
     "'cosine'?)"},
    {"constant for 10 form 5", 1, 17, "'form' is no unit of the length after 'for'"},
    {"cosine for 0", 1, 12, "the length after 'for' must be above 0"},
    {"cosine for -5ep", 1, 12, "the length after 'for' must be above 0"},
    {"cosine for 2.5", 1, 12, "the length after 'for' must be a whole number of steps"},
    {"cosine from -1", 1, 13, "the place after 'from' must not be negative"},
    {"cosine for 10 from 5", 1, 15, "'from' stands before 'for'"},
    {"cosine for 10 then", 1, 19, "expected a kind of schedule, found the end"},
    {"cosine then constant", 1, 8, "the stage before 'then' needs a length"},
    {"cosine trailing", 1, 8, "expected 'then', 'from', 'for', '*' or the end"},
    {"cosine)", 1, 7, "expected 'then', 'from', 'for', '*' or the end, found ')'"},
    {"(cosine", 1, 8, "expected ')', found the end"},
    {"cosine(end=)", 1, 12, "expected a number for 'end' of cosine, found ')'"},
    {"cosine(end=0.1,)", 1, 16, "expected an argument, found ')'"},
    {"cosine(end=0.1, end=0.2)", 1, 17, "'end' of cosine is given twice"},
    {"cosine(end=0.1|0.2)", 1, 15, "'end' of cosine takes one value"},
    {"cosine(grow=1)", 1, 12, "'grow' of cosine is a flag without a value"},
    {"cosine(end=-0.1)", 1, 12, "'end' of cosine must not be negative"},
    {"cosine(end=10%)", 1, 14, "'%' is no unit of 'end' of cosine"},
    {"cosine(end=2)", 1, 8, "'end' of cosine would grow; add 'grow' if that is meant"},
    {"cosine(cycles=1)", 1, 8, "'cycles' of cosine would grow"},
    {"exponential(rate=1.5)", 1, 13, "'rate' of exponential would grow"},
    {"exponential(rate=0.5, end=2)", 1, 23, "'end' of exponential is above 1"},
    {"exp(decay=-1)", 1, 5, "'decay' of exp would grow"},
    {"step(every=5, factor=2)", 1, 15, "'factor' of step would grow"},
    {"multistep(factor=0.1|2, at=5|6)", 1, 11, "'factor' of multistep would grow"},
    {"polynomial(end=3)", 1, 12, "'end' of polynomial would grow"},
    {"sigmoid(rate=-1, at=5)", 1, 9, "'rate' of sigmoid would grow"},
    {"cosine_restarts(first=5, m_mul=2)", 1, 26,
     "'m_mul' of cosine_restarts would grow"},
    {"plateau(factor=1)", 1, 16, "'factor' of plateau must be above 0 and below 1"},
    {"plateau * plateau", 1, 11, "only one factor of a product may follow a metric"},
    {"(plateau for 5 then cosine) * plateau(loss)", 1, 31,
     "only one factor of a product may follow a metric"},
    {"multistep(at=5|4)", 1, 16, "'at' of multistep must not go back"},
    {"multistep(factor=0.1|0.1, at=5)", 1, 11, "'factor' of multistep has neither"},
    {"piecewise(values=1|2, at=5|6)", 1, 11, "'values' of piecewise must be one more"},
    {"linear(1)", 1, 1, "linear needs 'to'"},
    {"linear(1, 2, 3, 4, 5)", 1, 20, "linear takes no more values"},
    {"linear(from=1, 2)", 1, 16, "a value without a name must come first"},
    {"exp(tau=5, decay=0.1)", 1, 5, "'tau' of exp or else 'decay'"},
    {"step(every=1e999)", 1, 12, "'1e999' is not finite in double precision"},
    {"step(every=9223372036854775808)", 1, 12,
     "'every' of step must be below 2^63 steps"},
    {"constant(0x10)", 1, 11, "'x10' is no unit of 'value' of constant"},
    {"constant(nan)", 1, 10, "'nan' is not an argument of constant"},
    {"constant(0,1)", 1, 12, "constant takes no more values"},
    {"cosine; constant", 1, 7, "';' has no meaning here"},
    {"cosine \xc3\xaf", 1, 8, "byte 0xc3 has no meaning here"},
    {"one_cycle(over=3)", 1, 1, "'peak' of one_cycle leaves a phase without a step"},
    {"cosine_restarts(first=5, t_mul=0.5)", 1, 26,
     "'t_mul' of cosine_restarts must be"},
};

// The same for what only the run shows.
static const refusal run_refusals[] = {
    {"constant for 1000 then cosine", 1, 24, "no step is left for cosine"},
    {"constant for 0.01%", 1, 14, "a stage of no step in this run"},
    {"step(every=0.001ep)", 1, 12, "a length of less than half a step in this run"},
    {"multistep(at=5ep|100)", 1, 18, "'at' of multistep must not go back"},
    {"cosine(end=0.2abs)", 1, 8, "'end' of cosine would grow"},
    {"wsd(decay=2000)", 1, 5, "'decay' of wsd and the warm-up together are longer"},
    {"exponential(rate=1e30, grow)", 1, 1, "the rate of step 2 overflows a float"},
    {"(exponential(rate=10, grow) for 90 then constant) * linear(1, 0)", 1, 1,
     "the rate of step 40 overflows a float"},
    {"exponential(rate=10, grow) * (constant for 90 then constant(0))", 1, 1,
     "the rate of step 40 overflows a float"},
    {"piecewise(values=1|1e60|1, at=500|501)", 1, 20,
     "times the base rate it overflows a float"},
    {"constant for 1e17ep then cosine", 1, 14, "a length overflows 63 bits of steps"},
    {"constant for 9000000000000000000 then constant for 9000000000000000000 then "
     "cosine",
     1, 52, "the lengths together overflow 63 bits of steps"},
};

static void check_message(const refusal *want, ls_schedule_place where)
{
  char message[512];
  snprintf(message, sizeof message, "schedule:%d:%d: %s", want->line, want->column,
           want->reason);
  if (strncmp(ls_status_message(), message, strlen(message)) != 0) {
    fail_msg("'%s': got '%s', want '%s'", want->text, ls_status_message(), message);
  }
  assert_int_equal(where.line, want->line);
  assert_int_equal(where.column, want->column);
}

static void every_mistake_is_refused_at_its_place(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    ls_schedule *parsed;
    ls_schedule_place where;
    ls_status status = ls_schedule_parse(&parsed, refusals[i].text, &where);
    if (status != LS_E_ARG) {
      fail_msg("'%s' is accepted", refusals[i].text);
    }
    assert_null(parsed);
    check_message(&refusals[i], where);
  }
  assert_int_equal(ls_alloc_live(), 0);
}

static void what_a_run_makes_impossible_is_refused_at_its_place(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof run_refusals / sizeof *run_refusals; i++) {
    ls_schedule *parsed, *resolved;
    assert_int_equal(ls_schedule_parse(&parsed, run_refusals[i].text, NULL), LS_OK);
    if (ls_schedule_resolve(&resolved, parsed, &run) != LS_E_ARG) {
      fail_msg("'%s' is accepted", run_refusals[i].text);
    }
    assert_null(resolved);
    check_message(&run_refusals[i], ls_schedule_place_of(ls_status_message()));
    ls_schedule_destroy(parsed);
  }
  assert_int_equal(ls_alloc_live(), 0);
}

static void impossible_runs_are_refused(void **state)
{
  (void)state;
  const ls_schedule_run runs[] = {
      {0.0, 10, 1}, {-0.1, 10, 1}, {0.1, 0, 1}, {0.1, 10, 0}, {1e300, 10, 1}};
  ls_schedule *parsed, *resolved;
  assert_int_equal(ls_schedule_parse(&parsed, "cosine", NULL), LS_OK);

  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    assert_int_equal(ls_schedule_resolve(&resolved, parsed, &runs[i]), LS_E_ARG);
    assert_int_equal(ls_schedule_place_of(ls_status_message()).line, 0);
  }
  ls_schedule_destroy(parsed);
}

static void texts_up_to_64_kib_are_read(void **state)
{
  (void)state;
  static char text[LS_SCHEDULE_TEXT_MAX + 2];
  ls_schedule *parsed;
  memset(text, ' ', LS_SCHEDULE_TEXT_MAX);
  memcpy(text, "cosine", 6);

  assert_int_equal(ls_schedule_parse(&parsed, text, NULL), LS_OK);
  ls_schedule_destroy(parsed);

  text[LS_SCHEDULE_TEXT_MAX] = ' ';
  assert_int_equal(ls_schedule_parse(&parsed, text, NULL), LS_E_ARG);
  assert_string_equal(ls_status_message(),
                      "schedule:1:1: a text of more than 65536 bytes");
}

static void deep_parentheses_are_refused_not_followed(void **state)
{
  (void)state;
  static char text[LS_SCHEDULE_TEXT_MAX + 1];
  ls_schedule *parsed;
  ls_schedule_place where;
  memset(text, '(', LS_SCHEDULE_TEXT_MAX);

  assert_int_equal(ls_schedule_parse(&parsed, text, &where), LS_E_ARG);
  assert_int_equal(where.column, 65);
}

static void texts_are_written_in_one_form(void **state)
{
  (void)state;
  const char *pairs[][3] = {
      {"  linear( 0 ,1 ) for 10 % then\tconstant # rest\n",
       "linear(from=0, to=1) for 10% then constant",
       "linear(from=0, to=1, stairs=0, over=100) for 100 then constant(value=1)"},
      {"step(every=2.5ep, factor=.5) from 1e2steps",
       "step(factor=0.5, every=2.5ep) from 100",
       "step(factor=0.5, every=250) from 100"},
      {"(cosine(end=0.001abs))*warmup(1-sqrt)", NULL, NULL},
      {"wsd(tail=1-sqrt, decay=10%)", "wsd(decay=10%, tail=1-sqrt)",
       "wsd(decay=100, tail=1-sqrt, end=0, start=0, rise=linear, over=1000)"},
      {"exponential(0.1, staircase)", "exponential(rate=0.1, staircase)",
       "exponential(rate=0.10000000000000001, every=1, staircase)"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    ls_schedule *parsed, *resolved;
    if (pairs[i][1] == NULL) {
      assert_int_equal(ls_schedule_parse(&parsed, pairs[i][0], NULL), LS_E_ARG);
      continue;
    }
    assert_int_equal(ls_schedule_parse(&parsed, pairs[i][0], NULL), LS_OK);
    assert_string_equal(ls_schedule_text(parsed), pairs[i][1]);
    assert_int_equal(ls_schedule_resolve(&resolved, parsed, &run), LS_OK);
    assert_string_equal(ls_schedule_text(resolved), pairs[i][2]);
    ls_schedule_destroy(resolved);
    ls_schedule_destroy(parsed);
  }
}

static void every_kind_is_listed_with_all_its_arguments(void **state)
{
  (void)state;
  assert_int_equal(ls_schedule_kind_count(), 22);
  for (int i = 0; i < ls_schedule_kind_count(); i++) {
    ls_schedule_kind kind = ls_schedule_kind_get(i);
    assert_true(strlen(kind.name) > 0 && strlen(kind.summary) > 0);
    for (int j = 0; j < kind.argument_count; j++) {
      ls_schedule_argument argument = ls_schedule_kind_argument(i, j);
      assert_true(strlen(argument.form) > 0 && strlen(argument.help) > 0);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_mistake_is_refused_at_its_place),
      cmocka_unit_test(what_a_run_makes_impossible_is_refused_at_its_place),
      cmocka_unit_test(impossible_runs_are_refused),
      cmocka_unit_test(texts_up_to_64_kib_are_read),
      cmocka_unit_test(deep_parentheses_are_refused_not_followed),
      cmocka_unit_test(texts_are_written_in_one_form),
      cmocka_unit_test(every_kind_is_listed_with_all_its_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
