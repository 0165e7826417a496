/**
 * A trainer that only saves: `save_driver DIRECTORY KEEP FIRST LAST STEP`.
 *
 * Saves the sample of each step on the real path, and says `saved step=N` where the
 * store acknowledged it.  Exit code 0: all saved; 1: some failed, each with its line; 3:
 * the directory could not be taken.
 */

#include "lockstep/store.h"
#include "store/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Directly to the descriptor, where the shim sees it.
static void say(const char *what, long long step, const char *why)
{
  char line[2048];
  int length = snprintf(line, sizeof line, "%s step=%lld %s\n", what, step, why);

  (void)!write(STDOUT_FILENO, line, (size_t)length);
}

static int save_all(ls_store *store, char **arguments)
{
  long long last = strtoll(arguments[1], NULL, 10);
  long long increment = strtoll(arguments[2], NULL, 10);
  int failures = 0;

  for (long long step = strtoll(arguments[0], NULL, 10); step <= last;
       step += increment) {
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

int main(int count, char **arguments)
{
  ls_store *store;

  if (count != 6) {
    return 2;
  }
  const ls_store_config config = {arguments[1], atoi(arguments[2]), NULL};
  if (ls_store_open(&store, &config) != LS_OK) {
    say("refused", 0, ls_status_message());
    return 3;
  }
  int failures = save_all(store, arguments + 3);
  ls_store_close(store);
  return failures > 0 ? 1 : 0;
}
