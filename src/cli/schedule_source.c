#include "cli/schedule_source.h"

#include "base/alloc.h"
#include "base/log.h"
#include "train/schedule_choice.h"

static ls_status open_one(ls_schedule **out, const char *text,
                          const ls_schedule_run *run)
{
  char *content = NULL;
  ls_status status = text[0] == '@' ? ls_schedule_read_file(&content, text + 1) : LS_OK;
  if (status == LS_OK) {
    status = ls_schedule_resolve_text(out, content != NULL ? content : text, run);
  }
  ls_free(content);
  return status;
}

static void warn_without_history(const ls_schedule_set *set)
{
  for (int i = 0; i < set->count; i++) {
    if (ls_schedule_needs_history(set->schedules[i]) && set->history.count == 0) {
      ls_log_say("lockstep: '%s' follows a metric, and there is no --history\n",
                 set->texts[i]);
    }
  }
}

ls_status ls_schedule_set_open(ls_schedule_set *set, char **texts, int count)
{
  ls_status status = LS_OK;
  for (set->count = 0; status == LS_OK && set->count < count; set->count++) {
    set->texts[set->count] = texts[set->count];
    set->schedules[set->count] = NULL;
    status = open_one(&set->schedules[set->count], texts[set->count], &set->run);
  }
  if (status == LS_OK) {
    warn_without_history(set);
  }
  return status;
}

double ls_schedule_set_rate(const ls_schedule_set *set, int index, int64_t step)
{
  return ls_schedule_at(set->schedules[index], step, &set->history);
}

void ls_schedule_set_close(ls_schedule_set *set)
{
  for (int i = 0; i < set->count; i++) {
    ls_schedule_destroy(set->schedules[i]);
  }
}
