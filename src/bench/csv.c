#include "bench/result.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void write_row(FILE *file, const char *measure, int64_t bytes, ls_sample s)
{
  (void)fprintf(file, "%s,%" PRId64 ",%.9g,%.9g,%.9g\n", measure, bytes, s.median,
                s.least, s.most);
}

static void write_figure(FILE *file, const char *measure, double value)
{
  write_row(file, measure, 0, (ls_sample){value, value, value});
}

static void write_rows(FILE *file, const ls_bench_result *r)
{
  const ls_machine *m = &r->machine;

  (void)fprintf(file, "measure,bytes,median,least,most\n");
  write_row(file, "step", 0, r->steps.step);
  for (int part = 0; part < LS_RIG_PARTS; part++) {
    const ls_steps_part *p = &r->steps.parts[part];
    write_row(file, ls_steps_part_name(part), 0,
              (ls_sample){p->mean, p->least, p->most});
  }
  write_figure(file, "product_rate", m->product_rate);
  write_figure(file, "memory_rate", m->memory_rate);
  write_row(file, "node_barrier", 0, m->node_barrier);
  write_row(file, "mpi_barrier", 0, m->all_barrier);
  if (m->partner >= 0) {
    write_row(file, "message", 0, m->message);
    write_figure(file, "message_rate", m->message_rate);
  }
  for (int i = 0; i < r->sum_count; i++) {
    const ls_sums *s = &r->sums[i];
    if (s->fits) {
      write_row(file, "ordered", s->bytes, s->ordered);
    }
    write_row(file, "mpi_allreduce", s->bytes, s->mpi);
  }
  for (int i = 0; i < LS_BOUND_SHARES; i++) {
    char measure[32];
    (void)snprintf(measure, sizeof measure, "share_%s",
                   ls_bound_word((ls_bound_kind)i));
    write_figure(file, measure, r->bound.shares[i]);
  }
}

ls_status ls_bench_write_csv(const char *path, const ls_bench_result *result)
{
  FILE *file = fopen(path, "we");

  if (!file) {
    return ls_fail(LS_E_IO, "cannot open '%s': %s", path, strerror(errno));
  }
  write_rows(file, result);
  bool failed = ferror(file) != 0;
  if (fclose(file) != 0 || failed) {
    return ls_fail(LS_E_IO, "cannot write '%s': %s", path, strerror(errno));
  }
  return LS_OK;
}
