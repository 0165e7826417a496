/**
 * `result` is three lines: the command, how the process ended, and its seconds.  What
 * the run said stands in `records` and `messages`.
 */

#include "compare/result.h"

#include "base/alloc.h"
#include "base/log.h"
#include "compare/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { LINE_BYTES = 3 * LS_COMPARE_COMMAND };

const char *ls_outcome_word(ls_outcome outcome)
{
  static const char *const words[] = {"missing", "done", "diverged", "failed"};
  return words[outcome];
}

static void file_of(char *path, const ls_plan *plan, int index, const char *name)
{
  ls_plan_directory(path, plan, index);
  size_t used = strlen(path);
  (void)snprintf(path + used, LS_COMPARE_PATH - used, "/%s", name);
}

// The words of a command as one line.
static void join(char *line, const char *const *words)
{
  size_t used = 0;

  line[0] = '\0';
  for (; *words && used + 2 < LINE_BYTES; words++) {
    ls_log_encode(line + used, LINE_BYTES - used - 1, *words);
    used += strlen(line + used);
    line[used++] = ' ';
    line[used] = '\0';
  }
}

ls_status ls_result_write(const ls_plan *plan, int index, const char *const *words,
                          int wait, double seconds)
{
  char path[LS_COMPARE_PATH];
  char *text = ls_alloc(LINE_BYTES + 100, 1);

  if (!text) {
    return LS_E_NOMEM;
  }
  join(text, words);
  size_t used = strlen(text);
  (void)snprintf(text + used, 100, "\n%s %d\n%.3f\n",
                 WIFEXITED(wait) ? "exit" : "signal",
                 WIFEXITED(wait) ? WEXITSTATUS(wait) : WTERMSIG(wait), seconds);
  file_of(path, plan, index, "result");
  ls_status status = ls_file_write(path, text);
  ls_free(text);
  return status;
}

static ls_status read_of(char **text, const ls_plan *plan, int index, const char *name)
{
  char path[LS_COMPARE_PATH];

  file_of(path, plan, index, name);
  return ls_file_read(text, path);
}

// Whether a result is of the command that run `index` has now.
static bool is_current(const char *text, const ls_plan *plan, int index)
{
  const char *words[LS_COMPARE_WORDS];
  char *storage = ls_alloc(LS_COMPARE_COMMAND, 1);
  char *line = ls_alloc(LINE_BYTES, 1);
  bool same = false;

  if (storage && line) {
    ls_plan_command(words, storage, plan, index);
    join(line, words);
    size_t length = strlen(line);
    same = strncmp(text, line, length) == 0 && text[length] == '\n';
  }
  ls_free(storage);
  ls_free(line);
  return same;
}

bool ls_result_exists(const ls_plan *plan, int index)
{
  char *text = NULL;

  bool exists =
      read_of(&text, plan, index, "result") == LS_OK && is_current(text, plan, index);
  ls_free(text);
  return exists;
}

// The number behind ` key=` in a record; NaN where there is none.
static double number_of(const char *record, const char *key)
{
  char pattern[40];

  (void)snprintf(pattern, sizeof pattern, " %s=", key);
  const char *at = strstr(record, pattern);
  return at ? strtod(at + strlen(pattern), NULL) : (double)NAN;
}

static ls_point point_of(const char *record)
{
  return (ls_point){.rate = number_of(record, "lr"),
                    .loss = number_of(record, "loss"),
                    .accuracy = number_of(record, "accuracy"),
                    .val_loss = number_of(record, "val_loss"),
                    .val_accuracy = number_of(record, "val_accuracy"),
                    .seconds = number_of(record, "seconds")};
}

static ls_status read_records(ls_result *result, const ls_plan *plan, char *text)
{
  bool done = false;
  double seconds = 0;
  char *rest = NULL;

  result->points = ls_alloc((size_t)plan->config.epochs, sizeof *result->points);
  if (!result->points) {
    return LS_E_NOMEM;
  }
  for (char *line = strtok_r(text, "\n", &rest); line;
       line = strtok_r(NULL, "\n", &rest)) {
    if (strncmp(line, "epoch ", 6) == 0 && result->point_count < plan->config.epochs) {
      ls_point point = point_of(line);
      seconds += point.seconds;
      point.seconds = seconds;
      result->points[result->point_count++] = point;
      result->val_accuracy = point.val_accuracy;
      if (result->reach_epochs == 0 && point.val_accuracy >= plan->config.target) {
        result->reach_epochs = result->point_count;
        result->reach_seconds = seconds;
      }
    } else if (strncmp(line, "done ", 5) == 0) {
      done = true;
      result->test_loss = number_of(line, "test_loss");
      result->test_accuracy = number_of(line, "test_accuracy");
    }
  }
  if (done) {
    result->outcome = LS_OUTCOME_DONE;
  }
  return LS_OK;
}

// What the run itself said last on stderr; else what its launcher said first, its
// rulers of dashes aside.
static void read_reason(ls_result *result, const ls_plan *plan, int index)
{
  char *text = NULL;
  char *found = NULL;
  char *rest = NULL;

  if (read_of(&text, plan, index, "messages") == LS_OK) {
    for (char *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
      bool own = strncmp(line, "lockstep: ", 10) == 0;
      bool ruler = line[strspn(line, "-= ")] == '\0';
      if (own || (!ruler && !found)) {
        found = line;
      }
    }
  }
  if (found) {
    (void)snprintf(result->reason, sizeof result->reason, "%s", found);
  }
  ls_free(text);
  if (strstr(result->reason, "not finite")) {
    result->outcome = LS_OUTCOME_DIVERGED;
  }
}

// A run that ended well but has learnt nothing was thrown out of its valley.
static void judge(ls_result *result)
{
  if (result->outcome == LS_OUTCOME_DONE &&
      (!isfinite(result->test_loss) || result->test_accuracy < 0.2)) {
    result->outcome = LS_OUTCOME_DIVERGED;
    (void)snprintf(result->reason, sizeof result->reason,
                   "accuracy %.2f %%: nothing was learnt", 100 * result->test_accuracy);
  }
}

ls_status ls_result_read(ls_result *result, const ls_plan *plan, int index)
{
  char *text = NULL;
  char *records = NULL;
  char how[16] = "";
  int code = 0;

  *result = (ls_result){0};
  if (read_of(&text, plan, index, "result") != LS_OK) {
    return LS_OK;
  }
  if (!is_current(text, plan, index)) {
    (void)snprintf(result->reason, sizeof result->reason, "%s",
                   "its result is of another command");
    ls_free(text);
    return LS_OK;
  }
  result->outcome = LS_OUTCOME_FAILED;
  const char *second = strchr(text, '\n');
  if (second && sscanf(second, " %15s %d %lf", how, &code, &result->seconds) == 3) {
    (void)snprintf(result->reason, sizeof result->reason, "ended by %s %d", how, code);
  }
  ls_free(text);
  ls_status status = LS_OK;
  if (read_of(&records, plan, index, "records") == LS_OK) {
    status = read_records(result, plan, records);
    ls_free(records);
  }
  if (status == LS_OK && result->outcome == LS_OUTCOME_FAILED) {
    read_reason(result, plan, index);
  }
  judge(result);
  return status;
}

void ls_result_clear(ls_result *result)
{
  ls_free(result->points);
  *result = (ls_result){0};
}
