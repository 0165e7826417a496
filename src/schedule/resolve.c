#include "schedule/resolve.h"

#include "schedule/amount.h"
#include "schedule/arguments.h"
#include "schedule/leaf.h"
#include "schedule/refuse.h"

// What is the same everywhere in a tree.
typedef struct surroundings {
  const ls_schedule_run *run;
  ls_arena *arena;
} surroundings;

// A sequence lasts from its local step 0 to `length`; 0 or less where the stages before
// it already outlast the run, so that nothing can end with it.
static ls_status resolve_within(ls_sequence *sequence, const surroundings *around,
                                int64_t length);

static ls_ending leaf_ending(const ls_leaf *leaf, int over)
{
  if (over < 0) {
    return LS_ENDING_NEVER;
  }
  return leaf->kind->ending != NULL ? leaf->kind->ending(leaf) : LS_ENDING_HOLDS;
}

// The length of a leaf that was given none: to the end of its stage.
static ls_status end_with_stage(ls_leaf *leaf, int over, int64_t length,
                                ls_amount *amount)
{
  if (length <= 0) {
    return ls_refuse(leaf->place,
                     "no step is left for %s: the stages before it last as long as "
                     "the run; give it 'over'",
                     leaf->kind->name);
  }
  *amount = (ls_amount){.number = (double)length,
                        .unit = LS_UNIT_STEPS,
                        .steps = length,
                        .place = leaf->place};
  leaf->values[over].count = 1;
  leaf->values[over].given = true;
  return LS_OK;
}

static ls_status resolve_values(ls_leaf *leaf, const ls_schedule_run *run)
{
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    const ls_argument *row = &leaf->kind->arguments[i];
    for (int j = 0; j < leaf->values[i].count; j++) {
      LS_TRY(
          ls_amount_resolve(&leaf->values[i].amounts[j], row->form, row->range, run));
    }
  }
  return LS_OK;
}

static ls_status resolve_leaf(ls_leaf *leaf, const surroundings *around, int64_t length)
{
  LS_TRY(resolve_values(leaf, around->run));
  int over = ls_kind_argument(leaf->kind, "over", 4);
  ls_ending ending = leaf_ending(leaf, over);
  if (ending != LS_ENDING_NEVER && !ls_leaf_has(leaf, over)) {
    ls_amount *amount = ls_arena_take(around->arena, 1, sizeof *amount);
    if (amount == NULL) {
      return LS_E_NOMEM;
    }
    leaf->values[over].amounts = amount;
    LS_TRY(end_with_stage(leaf, over, length, amount));
  }
  leaf->end = ending == LS_ENDING_HOLDS ? ls_leaf_steps(leaf, over) : -1;
  return ls_arguments_check(leaf);
}

static ls_status resolve_product(ls_factor *factors, const surroundings *around,
                                 int64_t length)
{
  for (ls_factor *factor = factors; factor != NULL; factor = factor->next) {
    LS_TRY(factor->leaf != NULL ? resolve_leaf(factor->leaf, around, length)
                                : resolve_within(factor->sequence, around, length));
  }
  return LS_OK;
}

// Boundaries are added up as they are written and rounded once, so that three stages of
// 33.3% do not drift.
static ls_status place_stage(ls_stage *stage, ls_position *position,
                             const ls_schedule_run *run)
{
  stage->first = ls_position_round(position);
  stage->end = -1;
  if (stage->has_from) {
    LS_TRY(ls_amount_resolve(&stage->from, LS_FORM_LENGTH, LS_RANGE_NOT_NEGATIVE, run));
  }
  if (stage->has_span) {
    LS_TRY(ls_position_add(position, &stage->span, run));
    stage->end = ls_position_round(position);
    if (stage->end <= stage->first) {
      return ls_refuse(stage->span.place, "a stage of no step in this run");
    }
    stage->span.unit = LS_UNIT_STEPS;
    stage->span.steps = stage->end - stage->first;
  }
  return LS_OK;
}

static ls_status resolve_within(ls_sequence *sequence, const surroundings *around,
                                int64_t length)
{
  ls_position position = {0, 0.0};
  for (ls_stage *stage = sequence->stages; stage != NULL; stage = stage->next) {
    LS_TRY(place_stage(stage, &position, around->run));
    int64_t left = (stage->has_span ? stage->end : length) - stage->first;
    if (stage->has_from && left > 0) {
      if (stage->from.steps > INT64_MAX - left) {
        return ls_refuse(stage->from.place, "overflows 63 bits of steps");
      }
      left += stage->from.steps;
    }
    LS_TRY(resolve_product(stage->factors, around, left));
  }
  return LS_OK;
}

ls_status ls_sequence_resolve(ls_sequence *sequence, ls_arena *arena,
                              const ls_schedule_run *run)
{
  return resolve_within(sequence, &(surroundings){run, arena}, run->total_steps);
}
