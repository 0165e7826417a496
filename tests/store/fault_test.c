/**
 * Every file operation of a save, spoiled in every way: nothing acknowledged is lost,
 * nothing is acknowledged wrongly, nothing crashes, and the next run goes on.
 */

#include "store/driven.h"
#include "store/sample.h"
#include "store/saved.h"

#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char *const ways[] = {"ENOSPC",        "EIO",       "EDQUOT", "EINTR",
                                   "short",         "before",    "after",  "torn",
                                   "sticky-ENOSPC", "sticky-EIO"};
enum { WAYS = sizeof ways / sizeof ways[0] };

typedef struct scenario {
  const char *name;
  int64_t prepared[3]; /* steps that stand before, 0-terminated */
  int64_t step;        /* that is saved */
} scenario;

typedef struct tally {
  int trials;
  int saved;
  int failed;
  int killed;
} tally;

// Put the scenario's files into an empty directory, without the store.
static void prepare(const scenario *what)
{
  place_remove(place);
  place_make(place);
  for (int i = 0; i < 3 && what->prepared[i] > 0; i++) {
    write_sample(what->prepared[i]);
  }
}

// The newest file a restart finds, 0 if there is none; its content must be the
// sample's.
static int64_t recovered(const char *trial)
{
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded = NULL;
  ls_status status = ls_store_load_newest(&loaded, path, place, NULL, NULL);

  if (status == LS_E_MISSING) {
    return 0;
  }
  if (status != LS_OK) {
    fail_msg("%s: %s", trial, ls_status_message());
  }
  ls_sample *sample = sample_create(SAMPLE_INPUTS, SAMPLE_HIDDEN, 0, loaded->step);
  int64_t step = sample_equals(loaded, sample_state(sample)) ? loaded->step : -1;
  sample_destroy(sample);
  ls_checkpoint_destroy(loaded);
  return step;
}

static int64_t newest_prepared(const scenario *what)
{
  int64_t newest = 0;

  for (int i = 0; i < 3; i++) {
    newest = what->prepared[i] > newest ? what->prepared[i] : newest;
  }
  return newest;
}

static void judge(const scenario *what, const char *trial, const driven *run,
                  tally *counts)
{
  bool killed = WIFSIGNALED(run->status) && WTERMSIG(run->status) == SIGKILL;
  bool left = WIFEXITED(run->status) && WEXITSTATUS(run->status) != 2;
  bool saved = strstr(run->output, "saved step=") != NULL;
  int64_t step = recovered(trial);

  if (!killed && !left) {
    fail_msg("%s: crashed with wait status %d: %s", trial, run->status, run->output);
  }
  if (step < newest_prepared(what) || (saved && step != what->step)) {
    fail_msg("%s: a restart begins at %lld: %s", trial, (long long)step, run->output);
  }
  if (!killed && !saved && !strstr(run->output, "cannot ") &&
      !strstr(run->output, "fault")) {
    fail_msg("%s: failed without saying what it could not do: %s", trial, run->output);
  }
  counts->trials++;
  counts->saved += saved ? 1 : 0;
  counts->killed += killed ? 1 : 0;
  counts->failed += !saved && !killed ? 1 : 0;
}

// Whatever was left behind, the next run takes the directory and saves.
static void go_on(const scenario *what, const char *trial)
{
  driven run = drive(&(drive_plan){.keep = 2, .first = what->step, .last = what->step});

  if (run.status != 0 || recovered(trial) != what->step) {
    fail_msg("%s: the next run fails: %s", trial, run.output);
  }
}

static void spoil_everything(const scenario *what)
{
  const drive_plan plain = {.keep = 2, .first = what->step, .last = what->step};
  tally counts = {0, 0, 0, 0};

  prepare(what);
  long operations = drive(&plain).operations;
  assert_true(operations > 15);
  for (long at = 1; at <= operations; at++) {
    for (int way = 0; way < WAYS; way++) {
      char trial[128];
      drive_plan spoiled = plain;
      spoiled.at = at;
      spoiled.how = ways[way];
      (void)snprintf(trial, sizeof trial, "%s, operation %ld, %s", what->name, at,
                     ways[way]);
      prepare(what);
      driven run = drive(&spoiled);
      judge(what, trial, &run, &counts);
      if (way % 4 == (int)(at % 4)) {
        go_on(what, trial);
      }
    }
  }
  print_message(
      "%s: %ld operations, %d trials: %d saved, %d failed cleanly, %d killed; "
      "0 lost, 0 wrong, 0 crashed\n",
      what->name, operations, counts.trials, counts.saved, counts.failed,
      counts.killed);
}

static void first_save_survives_every_fault(void **state)
{
  (void)state;
  spoil_everything(&(scenario){"first save", {0}, 100});
}

static void later_save_survives_every_fault(void **state)
{
  (void)state;
  spoil_everything(&(scenario){"later save", {100, 0}, 200});
}

static void pruning_survives_every_fault(void **state)
{
  (void)state;
  spoil_everything(&(scenario){"pruning", {200, 100, 0}, 300});
}

// File locks fail on many network file systems, in these ways; nothing here takes any.
static void no_file_lock_is_ever_needed(void **state)
{
  (void)state;
  const char *errors[] = {"37", "38", "95", "524"};

  for (int i = 0; i < 4; i++) {
    prepare(&(scenario){"", {100, 0}, 200});
    driven run = drive(
        &(drive_plan){.keep = 2, .first = 200, .last = 200, .flock_error = errors[i]});
    assert_int_equal(run.status, 0);
  }
}

int main(int count, char **arguments)
{
  const struct CMUnitTest tests[] = {
      IN_PLACE(first_save_survives_every_fault),
      IN_PLACE(later_save_survives_every_fault),
      IN_PLACE(pruning_survives_every_fault),
      IN_PLACE(no_file_lock_is_ever_needed),
  };
  if (count < 1 || drive_ready(arguments) != 0) {
    return 1;
  }
  return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
