#include "store/save_run.h"

#include "lockstep/store.h"
#include "store/sample.h"

#include <stdio.h>
#include <unistd.h>

// Directly to the descriptor, where the shim sees it.
static void say(const char *what, long long step, const char *why)
{
  char line[2048];
  int length = snprintf(line, sizeof line, "%s step=%lld %s\n", what, step, why);

  (void)!write(STDOUT_FILENO, line, (size_t)length);
}

static int save_all(ls_store *store, int64_t first, int64_t last)
{
  int failures = 0;

  for (int64_t step = first; step <= last; step += 100) {
    ls_sample *sample = sample_create(SAMPLE_INPUTS, SAMPLE_HIDDEN, 0, step);
    ls_save_outcome outcome = {.status = LS_E_NOMEM};
    if (ls_store_save(store, sample_state(sample)) == LS_OK) {
      (void)ls_store_wait(&outcome, store);
    }
    sample_destroy(sample);
    failures += outcome.status == LS_OK ? 0 : 1;
    say(outcome.status == LS_OK ? "saved" : "failed", step,
        outcome.status == LS_OK ? "" : outcome.reason);
  }
  return failures;
}

int save_run(const char *directory, int keep, int64_t first, int64_t last)
{
  const ls_store_config config = {directory, keep, NULL};
  ls_store *store;

  if (ls_store_open(&store, &config) != LS_OK) {
    say("refused", 0, ls_status_message());
    return 3;
  }
  int failures = save_all(store, first, last);
  ls_store_close(store);
  return failures > 0 ? 1 : 0;
}
