#include "schedule/amount.h"

#include "schedule/refuse.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Every double below this is an int64_t.
static const double STEPS_LIMIT = 9223372036854775808.0;

static const struct {
  const char *name;
  ls_unit unit;
  ls_form form;
} units[] = {
    {"steps", LS_UNIT_STEPS, LS_FORM_LENGTH},
    {"ep", LS_UNIT_EPOCHS, LS_FORM_LENGTH},
    {"%", LS_UNIT_PERCENT, LS_FORM_LENGTH},
    {"abs", LS_UNIT_ABSOLUTE, LS_FORM_FACTOR},
};

static ls_status refuse_unit(const ls_token *token, ls_form form, const char *name)
{
  ls_guess guess = ls_guess_begin(token->text, token->length);
  for (int i = 0; i < LS_COUNT_OF(units); i++) {
    if (units[i].form == form) {
      ls_guess_offer(&guess, units[i].name, strlen(units[i].name));
    }
  }
  ls_guess_offer_all(&guess, form == LS_FORM_LENGTH ? "then|from|for" : "");
  int shown = token->length < 40 ? (int)token->length : 40;
  const char *fitting = form == LS_FORM_LENGTH   ? "a length is in steps, ep or %"
                        : form == LS_FORM_FACTOR ? "a factor is plain or in abs"
                                                 : "it is a plain number";
  return ls_refuse(token->place, "'%.*s' is no unit of %s: %s%s", shown, token->text,
                   name, fitting, ls_guess_hint(&guess));
}

static ls_status parse_unit(ls_amount *amount, ls_cursor *cursor, ls_form form,
                            const char *name)
{
  const ls_token *token = &cursor->token;
  amount->unit = form == LS_FORM_LENGTH ? LS_UNIT_STEPS : LS_UNIT_NONE;
  bool keyword = ls_token_is(token, "then") || ls_token_is(token, "for") ||
                 ls_token_is(token, "from");
  if ((token->kind != LS_TOKEN_NAME && !ls_token_is(token, "%")) || keyword) {
    return LS_OK;
  }
  for (int i = 0; i < LS_COUNT_OF(units); i++) {
    if (units[i].form == form && ls_token_is(token, units[i].name)) {
      amount->unit = units[i].unit;
      return ls_cursor_advance(cursor);
    }
  }
  return refuse_unit(token, form, name);
}

static const char *range_reason(double number, ls_range range)
{
  switch (range) {
  case LS_RANGE_ANY:
    return NULL;
  case LS_RANGE_POSITIVE:
    return number > 0.0 ? NULL : "must be above 0";
  case LS_RANGE_NOT_NEGATIVE:
    return number >= 0.0 ? NULL : "must not be negative";
  case LS_RANGE_COUNT:
    return number >= 1.0 && number <= 1e9 && floor(number) == number
               ? NULL
               : "must be a whole number from 1 to 1e9";
  case LS_RANGE_NATURAL:
    return number >= 0.0 && number <= 1e9 && floor(number) == number
               ? NULL
               : "must be a whole number from 0 to 1e9";
  case LS_RANGE_FRACTION:
    return number > 0.0 && number < 1.0 ? NULL : "must be above 0 and below 1";
  }
  return NULL;
}

static ls_status check_steps(ls_amount *amount, int64_t whole, const char *name)
{
  if (amount->unit != LS_UNIT_STEPS) {
    return LS_OK;
  }
  if (whole < 0 && amount->number >= STEPS_LIMIT) {
    return ls_refuse(amount->place, "%s must be below 2^63 steps", name);
  }
  if (floor(amount->number) != amount->number) {
    return ls_refuse(amount->place, "%s must be a whole number of steps", name);
  }
  amount->steps = whole >= 0 ? whole : (int64_t)amount->number;
  return LS_OK;
}

ls_status ls_amount_parse(ls_amount *out, ls_cursor *cursor, ls_form form,
                          ls_range range, const char *name)
{
  ls_token number = cursor->token;
  if (number.kind != LS_TOKEN_NUMBER) {
    char what[80];
    snprintf(what, sizeof what, "a number for %s", name);
    return ls_cursor_refuse(cursor, what);
  }
  *out = (ls_amount){.number = number.number, .steps = -1, .place = number.place};
  LS_TRY(ls_cursor_advance(cursor));
  LS_TRY(parse_unit(out, cursor, form, name));
  const char *reason = range_reason(number.number, range);
  if (reason != NULL) {
    return ls_refuse(number.place, "%s %s", name, reason);
  }
  out->factor = out->unit == LS_UNIT_ABSOLUTE ? (double)NAN : number.number;
  return check_steps(out, number.whole, name);
}

ls_status ls_position_add(ls_position *position, const ls_amount *length,
                          const ls_schedule_run *run)
{
  int64_t whole = length->steps;
  double part = 0.0;
  if (length->unit != LS_UNIT_STEPS) {
    double steps = length->unit == LS_UNIT_EPOCHS
                       ? length->number * (double)run->steps_per_epoch
                       : length->number * (double)run->total_steps / 100.0;
    if (steps >= STEPS_LIMIT / 2.0) {
      return ls_refuse(length->place, "a length overflows 63 bits of steps");
    }
    whole = (int64_t)floor(steps);
    part = steps - floor(steps);
  }
  position->part += part;
  if (position->part >= 1.0) {
    position->part -= 1.0;
    position->whole++;
  }
  int64_t rounding = position->part > 0.0 ? 1 : 0;
  if (whole > INT64_MAX - rounding - position->whole) {
    return ls_refuse(length->place, "the lengths together overflow 63 bits of steps");
  }
  position->whole += whole;
  return LS_OK;
}

int64_t ls_position_round(const ls_position *position)
{
  // Decimals that mean exactly a half may come out a little below it.
  const double half = 0.5 - 1e-9;
  return position->whole + (position->part >= half);
}

ls_status ls_amount_resolve(ls_amount *amount, ls_form form, ls_range range,
                            const ls_schedule_run *run)
{
  if (form == LS_FORM_FACTOR && amount->unit == LS_UNIT_ABSOLUTE) {
    amount->factor = amount->number / run->base_rate;
    if (!isfinite(amount->factor)) {
      return ls_refuse(amount->place, "overflows as a share of the base rate");
    }
  }
  if (form == LS_FORM_FACTOR && amount->factor * run->base_rate > (double)FLT_MAX) {
    return ls_refuse(amount->place, "times the base rate it overflows a float");
  }
  if (form != LS_FORM_LENGTH) {
    return LS_OK;
  }
  ls_position position = {0, 0.0};
  LS_TRY(ls_position_add(&position, amount, run));
  amount->steps = ls_position_round(&position);
  amount->unit = LS_UNIT_STEPS;
  if (amount->steps == 0 && range == LS_RANGE_POSITIVE) {
    return ls_refuse(amount->place, "a length of less than half a step in this run");
  }
  return LS_OK;
}
