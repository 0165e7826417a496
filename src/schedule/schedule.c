#include "schedule/arena.h"
#include "schedule/evaluate.h"
#include "schedule/formula.h"
#include "schedule/parser.h"
#include "schedule/refuse.h"
#include "schedule/resolve.h"
#include "schedule/text.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "lockstep/schedule_guide.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

struct ls_schedule {
  ls_arena arena;
  ls_sequence *root;
  const char *text;          // canonical; of a resolved schedule its resolved text
  const char *source;        // what resolving parses again, so that places stay right
  ls_schedule_run run;       // base_rate 0 while it is only parsed
  ls_schedule_stage *stages; // [stage_count], of a resolved one
  int stage_count;
};

static ls_status put_text(const char **out, ls_schedule *schedule, bool full)
{
  ls_text text = {.arena = &schedule->arena, .full = full};
  ls_text_put_sequence(&text, schedule->root);
  if (text.failed) {
    return LS_E_NOMEM;
  }
  if (text.length > LS_SCHEDULE_TEXT_MAX) {
    return ls_refuse((ls_schedule_place){1, 1},
                     "written out it has %zu bytes, more than %d", text.length,
                     (int)LS_SCHEDULE_TEXT_MAX);
  }
  *out = text.bytes;
  return LS_OK;
}

static ls_status copy_source(ls_schedule *schedule, const char *source)
{
  ls_text text = {.arena = &schedule->arena};
  ls_text_put(&text, source);
  schedule->source = text.bytes;
  return text.failed ? LS_E_NOMEM : LS_OK;
}

static ls_status parse_into(ls_schedule *schedule, const char *text)
{
  LS_TRY(ls_parser_run(&schedule->root, text, &schedule->arena));
  return copy_source(schedule, text);
}

// Destroy what failed half-way.
static ls_status finish(ls_schedule **out, ls_schedule *schedule, ls_status status)
{
  if (status != LS_OK) {
    ls_schedule_destroy(schedule);
    schedule = NULL;
  }
  *out = schedule;
  return status;
}

ls_status ls_schedule_parse(ls_schedule **out, const char *text,
                            ls_schedule_place *where)
{
  *out = NULL;
  ls_schedule *schedule = ls_alloc(1, sizeof *schedule);
  ls_status status = schedule != NULL ? parse_into(schedule, text) : LS_E_NOMEM;
  if (status == LS_OK) {
    status = put_text(&schedule->text, schedule, false);
  }
  if (where != NULL) {
    *where = status == LS_E_ARG ? ls_schedule_place_of(ls_status_message())
                                : (ls_schedule_place){0, 0};
  }
  return finish(out, schedule, status);
}

static ls_status check_run(const ls_schedule_run *run)
{
  if (!(run->base_rate > 0.0) || run->base_rate > (double)FLT_MAX) {
    return ls_fail(LS_E_ARG, "the base rate of a schedule must be finite and above 0");
  }
  if (run->total_steps < 1 || run->steps_per_epoch < 1) {
    return ls_fail(LS_E_ARG,
                   "a run needs at least 1 step and 1 step per epoch, not %" PRId64
                   " and %" PRId64,
                   run->total_steps, run->steps_per_epoch);
  }
  return LS_OK;
}

static int64_t stage_end(const ls_schedule *schedule, const ls_stage *stage)
{
  int64_t end = stage->end >= 0 ? stage->end : schedule->run.total_steps;
  return end > stage->first ? end : stage->first + 1;
}

static ls_status check_rate(const ls_schedule *schedule, const ls_stage *stage,
                            int64_t step)
{
  return ls_schedule_at(schedule, step, NULL) <= (double)FLT_MAX
             ? LS_OK
             : ls_refuse(stage->place, "the rate of step %" PRId64 " overflows a float",
                         step);
}

// What grows may come back before its stage ends, so steps in between are looked at
// too: all of a short schedule, and enough of a long one.
static ls_status check_overflow(const ls_schedule *schedule)
{
  enum { PROBES = 1024 };
  int64_t end = 0;
  for (const ls_stage *stage = schedule->root->stages; stage != NULL;
       stage = stage->next) {
    end = stage_end(schedule, stage);
  }
  const int64_t stride = end / PROBES + 1;
  for (const ls_stage *stage = schedule->root->stages; stage != NULL;
       stage = stage->next) {
    int64_t last = stage_end(schedule, stage) - 1;
    int64_t step = stage->first;
    for (; last - step > stride; step += stride) {
      LS_TRY(check_rate(schedule, stage, step));
    }
    LS_TRY(check_rate(schedule, stage, step));
    LS_TRY(check_rate(schedule, stage, last));
  }
  return LS_OK;
}

static ls_status describe_stage(ls_schedule_stage *out, ls_schedule *schedule,
                                const ls_stage *stage)
{
  ls_text text = {.arena = &schedule->arena};
  ls_text formula = {.arena = &schedule->arena};
  ls_text_put_product(&text, stage->factors);
  ls_formula_put(&formula, stage->factors);
  *out = (ls_schedule_stage){.first = stage->first,
                             .end = stage_end(schedule, stage),
                             .text = text.bytes,
                             .formula = formula.bytes};
  return text.failed || formula.failed ? LS_E_NOMEM : LS_OK;
}

static ls_status describe_stages(ls_schedule *schedule)
{
  for (const ls_stage *stage = schedule->root->stages; stage != NULL;
       stage = stage->next) {
    schedule->stage_count++;
  }
  schedule->stages = ls_arena_take(&schedule->arena, (size_t)schedule->stage_count,
                                   sizeof *schedule->stages);
  if (schedule->stages == NULL) {
    return LS_E_NOMEM;
  }
  ls_schedule_stage *out = schedule->stages;
  for (const ls_stage *stage = schedule->root->stages; stage != NULL;
       stage = stage->next) {
    LS_TRY(describe_stage(out++, schedule, stage));
  }
  return LS_OK;
}

static ls_status resolve_into(ls_schedule *schedule, const ls_schedule *parsed,
                              const ls_schedule_run *run)
{
  LS_TRY(check_run(run));
  LS_TRY(ls_parser_run(&schedule->root, parsed->source, &schedule->arena));
  schedule->run = *run;
  LS_TRY(ls_sequence_resolve(schedule->root, &schedule->arena, run));
  LS_TRY(check_overflow(schedule));
  LS_TRY(put_text(&schedule->text, schedule, true));
  schedule->source = schedule->text;
  return describe_stages(schedule);
}

ls_status ls_schedule_resolve(ls_schedule **out, const ls_schedule *parsed,
                              const ls_schedule_run *run)
{
  *out = NULL;
  ls_schedule *schedule = ls_alloc(1, sizeof *schedule);
  ls_status status =
      schedule != NULL ? resolve_into(schedule, parsed, run) : LS_E_NOMEM;
  return finish(out, schedule, status);
}

double ls_schedule_at(const ls_schedule *resolved, int64_t step,
                      const ls_metric_history *history)
{
  LS_ASSERT(resolved->run.base_rate > 0.0);
  LS_ASSERT(step >= 0);
  ls_moment moment = {.step = step, .now = step, .history = history};
  return resolved->run.base_rate * ls_sequence_at(resolved->root, &moment);
}

const char *ls_schedule_text(const ls_schedule *schedule)
{
  return schedule->text;
}

bool ls_schedule_needs_history(const ls_schedule *schedule)
{
  return ls_sequence_follows_metric(schedule->root);
}

int ls_schedule_stage_count(const ls_schedule *resolved)
{
  return resolved->stage_count;
}

ls_schedule_stage ls_schedule_stage_get(const ls_schedule *resolved, int index)
{
  LS_ASSERT(index >= 0 && index < resolved->stage_count);
  return resolved->stages[index];
}

void ls_schedule_destroy(ls_schedule *schedule)
{
  if (schedule != NULL) {
    ls_arena_release(&schedule->arena);
    ls_free(schedule);
  }
}
