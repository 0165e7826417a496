#include "train/schedule_choice.h"

#include "base/alloc.h"
#include "base/log.h"
#include "lockstep/schedule_guide.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCHEDULE_BYTES_MAX = 64 * 1024 };

// Opening a FIFO must not wait for its other end.
static FILE *open_regular(const char *path)
{
  struct stat about;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  FILE *file = NULL;

  if (fd >= 0 && fstat(fd, &about) == 0 && !S_ISREG(about.st_mode)) {
    (void)ls_fail(LS_E_IO, "schedule '%s' is not a regular file", path);
  } else if (fd < 0 || !(file = fdopen(fd, "r"))) {
    (void)ls_fail(LS_E_IO, "cannot open schedule '%s': %s", path, strerror(errno));
  }
  if (fd >= 0 && !file) {
    (void)close(fd);
  }
  return file;
}

ls_status ls_schedule_read_file(char **out, const char *path)
{
  FILE *file = open_regular(path);

  *out = NULL;
  if (!file) {
    return LS_E_IO;
  }
  char *text = ls_alloc(SCHEDULE_BYTES_MAX + 2, 1);
  size_t length = text ? fread(text, 1, SCHEDULE_BYTES_MAX + 1, file) : 0;
  ls_status status = text ? LS_OK : LS_E_NOMEM;
  if (text && ferror(file)) {
    status = ls_fail(LS_E_IO, "cannot read schedule '%s': %s", path, strerror(errno));
  } else if (length > SCHEDULE_BYTES_MAX) {
    status = ls_fail(LS_E_IO, "schedule '%s' is longer than 64 KiB", path);
  } else if (text && strlen(text) != length) {
    status = ls_fail(LS_E_IO, "schedule '%s' is not text: it has a zero byte", path);
  }
  (void)fclose(file);
  if (status != LS_OK) {
    ls_free(text);
    text = NULL;
  }
  *out = text;
  return status;
}

ls_status ls_schedule_read(char **out, ls_comm *comm, const char *text)
{
  ls_status status = LS_OK;

  *out = NULL;
  if (text[0] != '@') {
    return LS_OK;
  }
  if (ls_comm_rank(comm) == 0) {
    status = ls_schedule_read_file(out, text + 1);
  }
  LS_TRY(ls_comm_agree(comm, status));
  return ls_origin_share_text(comm, out);
}

void ls_schedule_show_place(const char *text)
{
  enum { CARET_BYTES = 256 };
  char caret[CARET_BYTES];
  ls_schedule_place place = ls_schedule_place_of(ls_status_message());

  if (place.line > 0) {
    ls_schedule_caret(caret, sizeof caret, text, place);
    ls_log_say("%s\n", caret);
  }
}

ls_status ls_schedule_resolve_text(ls_schedule **out, const char *text,
                                   const ls_schedule_run *run)
{
  ls_schedule *parsed = NULL;
  ls_status status = ls_schedule_parse(&parsed, text, NULL);

  *out = NULL;
  if (status == LS_OK) {
    status = ls_schedule_resolve(out, parsed, run);
  }
  ls_schedule_destroy(parsed);
  if (status != LS_OK) {
    ls_schedule_show_place(text);
  }
  return status;
}

// Schedules that follow a metric are compared by their texts alone.
static int64_t first_difference(const ls_schedule *a, const ls_schedule *b,
                                int64_t steps)
{
  for (int64_t step = 0; step < steps; step++) {
    if (ls_schedule_at(a, step, NULL) != ls_schedule_at(b, step, NULL)) {
      return step;
    }
  }
  return steps;
}

static ls_status refuse(const ls_schedule *asked, const ls_schedule *stored,
                        int64_t steps)
{
  enum { PLACE_BYTES = 64 };
  char from[PLACE_BYTES] = "as the metrics will have it";
  int64_t first = first_difference(asked, stored, steps);

  if (first < steps) {
    (void)snprintf(from, sizeof from, "from step %" PRId64 " on", first);
  } else if (!ls_schedule_needs_history(asked) && !ls_schedule_needs_history(stored)) {
    (void)snprintf(from, sizeof from, "after the run's last step");
  }
  return ls_fail(LS_E_ARG,
                 "--schedule differs from the stored one %s: stored '%.300s', asked "
                 "'%.300s'; if that is meant, say --schedule-change; without "
                 "--schedule the stored one goes on",
                 from, ls_schedule_text(stored), ls_schedule_text(asked));
}

static bool was_given(const ls_train_config *config, int index)
{
  return (config->given >> index & 1) != 0;
}

double ls_schedule_base_rate(const ls_train_config *config)
{
  double larger = (double)config->batch / (double)config->lr_reference_batch;

  if (strcmp(config->lr_scale, "linear") == 0) {
    return config->lr * larger;
  }
  return strcmp(config->lr_scale, "sqrt") == 0 ? config->lr * sqrt(larger) : config->lr;
}

static ls_status choose_rate(double *rate, const ls_train_config *config,
                             const ls_origin *origin)
{
  double asked = ls_schedule_base_rate(config);

  *rate = origin->base_rate;
  if (!was_given(config, LS_TRAIN_MEANING_lr) || asked == origin->base_rate) {
    return LS_OK;
  }
  if (!config->lr_change) {
    return ls_fail(LS_E_ARG,
                   "--lr: stored %.17g, asked %.17g; if that is meant, say --lr-change",
                   origin->base_rate, asked);
  }
  *rate = asked;
  return LS_OK;
}

ls_status ls_schedule_choose(ls_schedule **out, const ls_train_config *config,
                             const ls_origin *origin, ls_schedule_run *run)
{
  ls_schedule *asked = NULL;
  ls_schedule *stored = NULL;

  *out = NULL;
  if (!origin->resumed) {
    run->base_rate = ls_schedule_base_rate(config);
    return ls_schedule_resolve_text(out, config->schedule, run);
  }
  LS_TRY(choose_rate(&run->base_rate, config, origin));
  LS_TRY(ls_schedule_resolve_text(&stored, origin->resolved, run));
  if (!was_given(config, LS_TRAIN_MEANING_schedule)) {
    *out = stored;
    return LS_OK;
  }
  ls_status status = ls_schedule_resolve_text(&asked, config->schedule, run);
  if (status == LS_OK && !config->schedule_change &&
      strcmp(ls_schedule_text(asked), ls_schedule_text(stored)) != 0) {
    status = refuse(asked, stored, run->total_steps);
  }
  ls_schedule_destroy(stored);
  if (status != LS_OK) {
    ls_schedule_destroy(asked);
    asked = NULL;
  }
  *out = asked;
  return status;
}
