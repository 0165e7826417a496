#include "train/metrics.h"

#include "base/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "kind,epoch,step,loss,accuracy,val_loss,val_accuracy,lr,seconds\n";

enum { LINE_BYTES = 512 };

struct ls_metrics {
  FILE *file;
  char path[4096];
};

// Rows of epochs that have ended by `step`, and of steps that come before it.
static bool is_kept(const char *line, int64_t step)
{
  char kind[8] = "";
  int64_t epoch = 0;
  int64_t row_step = 0;

  if (sscanf(line, "%7[a-z],%" SCNd64 ",%" SCNd64 ",", kind, &epoch, &row_step) != 3) {
    return false;
  }
  return strcmp(kind, "step") == 0 ? row_step < step : row_step <= step;
}

static void copy_kept(FILE *to, FILE *from, int64_t step)
{
  char line[LINE_BYTES];

  while (fgets(line, sizeof line, from)) {
    // A torn last line has no newline.
    if (strchr(line, '\n') && is_kept(line, step)) {
      (void)fputs(line, to);
    }
  }
}

static ls_status fail(const char *what, const char *path)
{
  return ls_fail(LS_E_IO, "cannot %s metrics '%s': %s", what, path, strerror(errno));
}

// Writes the head and what is kept under another name and then takes the file's place.
static ls_status begin_file(ls_metrics *metrics, int64_t step)
{
  char temporary[4096 + 8];
  FILE *old = step > 0 ? fopen(metrics->path, "r") : NULL;

  (void)snprintf(temporary, sizeof temporary, "%s.tmp", metrics->path);
  metrics->file = fopen(temporary, "w");
  if (!metrics->file) {
    ls_status status = fail("write", temporary);
    if (old) {
      (void)fclose(old);
    }
    return status;
  }
  (void)fputs(header, metrics->file);
  if (old) {
    copy_kept(metrics->file, old, step);
    (void)fclose(old);
  }
  if (fflush(metrics->file) != 0 || rename(temporary, metrics->path) != 0) {
    ls_status status = fail("write", metrics->path);
    (void)remove(temporary);
    return status;
  }
  return LS_OK;
}

ls_status ls_metrics_open(ls_metrics **out, const char *path, int64_t step)
{
  ls_metrics *metrics = ls_alloc(1, sizeof *metrics);

  *out = NULL;
  if (!metrics) {
    return LS_E_NOMEM;
  }
  (void)snprintf(metrics->path, sizeof metrics->path, "%s", path);
  ls_status status = begin_file(metrics, step);
  if (status != LS_OK) {
    if (metrics->file) {
      (void)fclose(metrics->file);
    }
    ls_free(metrics);
    return status;
  }
  *out = metrics;
  return LS_OK;
}

ls_status ls_metrics_close(ls_metrics *metrics)
{
  ls_status status = LS_OK;

  if (!metrics) {
    return LS_OK;
  }
  bool failed = ferror(metrics->file) != 0;
  if (fclose(metrics->file) != 0 || failed) {
    status = fail("write", metrics->path);
  }
  ls_free(metrics);
  return status;
}

// An empty field where there is no value.
static void put_value(FILE *file, double value)
{
  if (isnan(value)) {
    (void)fputc(',', file);
  } else {
    (void)fprintf(file, ",%.17g", value);
  }
}

void ls_metrics_add_step(ls_metrics *metrics, const ls_metrics_step *row)
{
  (void)fprintf(metrics->file, "step,%" PRId64 ",%" PRId64, row->epoch, row->step);
  put_value(metrics->file, row->loss);
  put_value(metrics->file, row->accuracy);
  (void)fprintf(metrics->file, ",,,%.17g,%.6f\n", row->rate, row->seconds);
}

void ls_metrics_add_epoch(ls_metrics *metrics, const ls_history_row *row,
                          double seconds)
{
  (void)fprintf(metrics->file, "epoch,%" PRId64 ",%" PRId64, row->epoch, row->step);
  put_value(metrics->file, row->loss);
  put_value(metrics->file, row->accuracy);
  put_value(metrics->file, row->val_loss);
  put_value(metrics->file, row->val_accuracy);
  (void)fprintf(metrics->file, ",%.17g,%.6f\n", row->rate, seconds);
  (void)fflush(metrics->file);
}
