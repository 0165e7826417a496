#include "unit.h"

#include "lockstep/schedule_guide.h"

#include "base/alloc.h"
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Generated expressions: text -> parsed -> text and text -> resolved -> text are fixed
// points, and what is read back gives the same rates to the last bit.

enum { TEXT_BYTES = 8192, TRIES = 4000 };

typedef struct generator {
  uint64_t state;
  char text[TEXT_BYTES];
  int depth;
} generator;

static unsigned draw(generator *g, unsigned below)
{
  g->state = g->state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(g->state >> 33) % below;
}

static void put(generator *g, const char *text)
{
  size_t length = strlen(g->text);
  if (length + strlen(text) < TEXT_BYTES) {
    strcpy(g->text + length, text);
  }
}

static void put_drawn(generator *g, const char *const *words, unsigned count)
{
  put(g, words[draw(g, count)]);
}

#define PUT_DRAWN(g, words) put_drawn(g, words, sizeof(words) / sizeof(words)[0])

static void put_length(generator *g)
{
  static const char *const lengths[] = {"1",   "7",    "100",    "0.5ep",  "2.5ep",
                                        "10%", "3 ep", "33.3 %", "25steps"};
  PUT_DRAWN(g, lengths);
}

static void put_number(generator *g)
{
  static const char *const numbers[] = {"0.1",   "0.5", "2",     "1",    "3",
                                        "1e-05", ".25", "0.333", "0.95", "1.5e0"};
  PUT_DRAWN(g, numbers);
}

static void put_word(generator *g, const char *words)
{
  char word[64];
  unsigned count = 1;
  for (const char *c = words; *c != '\0'; c++) {
    count += *c == '|';
  }
  for (unsigned skip = draw(g, count); skip > 0; skip--) {
    words = strchr(words, '|') + 1;
  }
  snprintf(word, sizeof word, "%.*s", (int)strcspn(words, "|"), words);
  put(g, word);
}

static void put_value(generator *g, const char *form)
{
  static const char *const lists[] = {"5|5|40", "1ep|2ep", "10%|20%|90%"};
  static const char *const several[] = {"1|0.5", "1|0.5|0.1", "0.9", "1|0.2|0.5|0"};
  if (strncmp(form, "lengths", 7) == 0) {
    PUT_DRAWN(g, lists);
  } else if (strncmp(form, "numbers", 7) == 0 || strncmp(form, "factors", 7) == 0) {
    PUT_DRAWN(g, several);
  } else if (strcmp(form, "length") == 0) {
    put_length(g);
  } else if (strcmp(form, "number") == 0) {
    put_number(g);
  } else if (strcmp(form, "factor") == 0) {
    put_number(g);
    put(g, draw(g, 4) == 0 ? "abs" : "");
  } else {
    put_word(g, form);
  }
}

static void put_leaf(generator *g)
{
  int kind = (int)draw(g, (unsigned)ls_schedule_kind_count());
  ls_schedule_kind row = ls_schedule_kind_get(kind);
  const char *before = "(";
  put(g, row.name);
  for (int i = 0; i < row.argument_count; i++) {
    ls_schedule_argument argument = ls_schedule_kind_argument(kind, i);
    if (!argument.must_be_given && draw(g, 3) > 0) {
      continue;
    }
    put(g, before);
    put(g, argument.name);
    if (strcmp(argument.form, "flag") != 0) {
      put(g, " = ");
      put_value(g, argument.form);
    }
    before = draw(g, 2) == 0 ? "," : ", ";
  }
  put(g, before[0] == ',' ? ")" : "");
}

static void put_schedule(generator *g)
{
  unsigned stages = 1 + draw(g, 3);
  for (unsigned stage = 0; stage < stages; stage++) {
    unsigned factors = 1 + draw(g, 8) / 6;
    for (unsigned factor = 0; factor < factors; factor++) {
      put(g, factor > 0 ? "*" : "");
      if (g->depth < 3 && draw(g, 6) == 0) {
        g->depth++;
        put(g, "(");
        put_schedule(g);
        put(g, ")");
        g->depth--;
      } else {
        put_leaf(g);
      }
    }
    if (draw(g, 5) == 0) {
      put(g, " from ");
      put_length(g);
    }
    if (stage + 1 < stages || draw(g, 3) == 0) {
      put(g, " for ");
      put_length(g);
    }
    put(g, stage + 1 < stages ? " then " : "");
  }
}

static ls_schedule *parse(const char *text)
{
  ls_schedule *parsed;
  if (ls_schedule_parse(&parsed, text, NULL) != LS_OK) {
    fail_msg("'%s' does not parse again: %s", text, ls_status_message());
  }
  return parsed;
}

static void check_rates(const ls_schedule *a, const ls_schedule *b)
{
  ls_metric_row rows[12];
  for (int i = 0; i < 12; i++) {
    rows[i] = (ls_metric_row){37 * (i + 1), 1.0, 0.5, 1.0, 0.5};
  }
  ls_metric_history history = {rows, 12};
  for (int64_t step = 0; step < 1200; step += 17) {
    double rate = ls_schedule_at(a, step, &history);
    if (!isfinite(rate) || rate < 0.0 || rate != ls_schedule_at(b, step, &history)) {
      fail_msg("'%s' at %lld: %.17g", ls_schedule_text(a), (long long)step, rate);
    }
  }
}

static void check_resolved(const ls_schedule *resolved, const ls_schedule_run *run)
{
  ls_schedule *again, *parsed = parse(ls_schedule_text(resolved));
  if (ls_schedule_resolve(&again, parsed, run) != LS_OK) {
    fail_msg("'%s': %s", ls_schedule_text(resolved), ls_status_message());
  }
  assert_string_equal(ls_schedule_text(again), ls_schedule_text(resolved));
  check_rates(resolved, again);
  ls_schedule_destroy(again);
  assert_int_equal(ls_schedule_resolve(&again, resolved, run), LS_OK);
  assert_string_equal(ls_schedule_text(again), ls_schedule_text(resolved));
  ls_schedule_destroy(again);
  ls_schedule_destroy(parsed);
}

// Whether the run allows the text at all.
static bool check_text(const char *text)
{
  const ls_schedule_run run = {0.3, 1000, 37};
  ls_schedule *parsed, *resolved = NULL;
  if (ls_schedule_parse(&parsed, text, NULL) != LS_OK) {
    return false;
  }
  ls_schedule *again = parse(ls_schedule_text(parsed));
  assert_string_equal(ls_schedule_text(again), ls_schedule_text(parsed));
  bool allowed = ls_schedule_resolve(&resolved, parsed, &run) == LS_OK;
  if (allowed) {
    check_resolved(resolved, &run);
  }
  ls_schedule_destroy(resolved);
  ls_schedule_destroy(again);
  ls_schedule_destroy(parsed);
  return allowed;
}

static void generated_texts_are_fixed_points(void **state)
{
  (void)state;
  static generator g = {.state = 20261121};
  int allowed = 0;
  for (int i = 0; i < TRIES; i++) {
    g.text[0] = '\0';
    put_schedule(&g);
    allowed += check_text(g.text);
  }
  print_message("%d of %d generated texts allowed\n", allowed, (int)TRIES);
  assert_true(allowed > TRIES / 20);
  assert_int_equal(ls_alloc_live(), 0);
}

static void numbers_read_back_to_the_same_bits(void **state)
{
  (void)state;
  generator g = {.state = 7};
  for (int i = 0; i < 20000; i++) {
    uint64_t bits = ((uint64_t)draw(&g, 1u << 31) << 33) ^ draw(&g, 1u << 31);
    double number;
    char text[LS_NUMBER_BYTES];
    memcpy(&number, &bits, sizeof number);
    if (!isfinite(number)) {
      continue;
    }
    for (int full = 0; full < 2; full++) {
      ls_number_write(text, number, full != 0);
      assert_true(ls_number_read(text, strlen(text)) == number);
    }
  }
}

static void check_like_printf(double number)
{
  char text[LS_NUMBER_BYTES], want[64];
  ls_number_write(text, number, true);
  snprintf(want, sizeof want, "%.17g", number);
  assert_string_equal(text, want);
}

static void seventeen_digits_are_those_of_printf(void **state)
{
  (void)state;
  generator g = {.state = 11};
  for (int i = 0; i < 100000; i++) {
    double mantissa =
        (double)draw(&g, 1u << 31) + (double)draw(&g, 1u << 31) / 2147483648.0;
    check_like_printf(ldexp(mantissa, (int)draw(&g, 96) - 76));
  }
  for (int power = -12; power < 19; power++) {
    double number = pow(10.0, power);
    for (int i = 0; i < 5; i++) {
      check_like_printf(number * (i + 1));
      check_like_printf(nextafter(number * (i + 1), 0.0));
      check_like_printf(nextafter(number * (i + 1), INFINITY));
    }
  }
  check_like_printf(0.0);
}

// Run by comma_locale.sh alone, in a locale where a comma is the point.
static void a_decimal_comma_changes_nothing(void **state)
{
  (void)state;
  assert_non_null(setlocale(LC_ALL, getenv("LOCKSTEP_COMMA_LOCALE")));
  char text[LS_NUMBER_BYTES];
  snprintf(text, sizeof text, "%.1f", 0.5);
  assert_string_equal(text, "0,5");

  ls_schedule *parsed = parse("exponential(rate=0.5, end=0.25)");
  assert_string_equal(ls_schedule_text(parsed), "exponential(rate=0.5, end=0.25)");
  ls_schedule_destroy(parsed);
  setlocale(LC_ALL, "C");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(generated_texts_are_fixed_points),
      cmocka_unit_test(numbers_read_back_to_the_same_bits),
      cmocka_unit_test(seventeen_digits_are_those_of_printf),
  };
  const struct CMUnitTest comma_tests[] = {
      cmocka_unit_test(a_decimal_comma_changes_nothing),
  };
  return getenv("LOCKSTEP_COMMA_LOCALE") != NULL
             ? cmocka_run_group_tests(comma_tests, NULL, NULL)
             : cmocka_run_group_tests(tests, NULL, NULL);
}
