#include "bench/result.h"

#include "base/log.h"
#include "lockstep/version.h"

#include <inttypes.h>
#include <stdio.h>

static double us(double seconds)
{
  return 1e6 * seconds;
}

static const char *plural(int64_t count)
{
  return count == 1 ? "" : "s";
}

static void print_head(const ls_bench_result *r)
{
  const ls_bench_config *c = &r->config;
  const bool between = r->nodes > 1 && !r->rig.plain;

  ls_log_record("lockstep %s: %d rank%s on %d node%s, kernels %s", ls_version(),
                r->ranks, plural(r->ranks), r->nodes, plural(r->nodes),
                r->rig.kernels->name);
  ls_log_record("layers %s, batch %" PRId64 ", %" PRId64 " shard%s, sums %s%s%s%s",
                c->layers, c->batch, c->shards, plural(c->shards), c->allreduce,
                between ? ", nodes send " : "",
                between ? ls_reduction_exchange_name(r->steps.sends) : "",
                r->steps.relays  ? ", rows handed on"
                : r->steps.lends ? ", rows lent"
                                 : "");
}

static void print_steps(const ls_bench_result *r)
{
  const ls_steps *s = &r->steps;

  ls_log_record("\n%-28s%12s%12s%12s%12s", "part of a step, us", "mean rank", "least",
                "most", "share");
  for (int part = 0; part < LS_RIG_PARTS; part++) {
    const ls_steps_part *p = &s->parts[part];
    ls_log_record("  %-26s%12.2f%12.2f%12.2f%10.1f %%", ls_steps_part_name(part),
                  us(p->mean), us(p->least), us(p->most), 100 * p->mean / s->whole);
  }
  ls_log_record("%-28s%12s%12s%12s%12s", "whole step, us", "median", "least", "most",
                "rows/s");
  ls_log_record("  %-26s%12.2f%12.2f%12.2f%12.0f", "all ranks", us(s->step.median),
                us(s->step.least), us(s->step.most),
                (double)r->config.batch / s->step.median);
}

static void print_machine(const ls_bench_result *r)
{
  const ls_machine *m = &r->machine;
  double operations = r->steps.operations / r->ranks;
  double rate = operations / r->steps.work;

  ls_log_record("\nthe machine, each rank while all work");
  ls_log_record("  %-26s%12.1f GFLOP/s; in a step's work %.1f", "products at best",
                1e-9 * m->product_rate, 1e-9 * rate);
  ls_log_record("  %-26s%12.1f GB/s", "memory, long vectors", 1e-9 * m->memory_rate);
  ls_log_record("  %-26s%12.2f us", "barrier of a node", us(m->node_barrier.median));
  ls_log_record("  %-26s%12.2f us", "MPI_Barrier of all", us(m->all_barrier.median));
  if (m->partner >= 0) {
    char name[64];
    (void)snprintf(name, sizeof name, "message, ranks 0 and %d", m->partner);
    ls_log_record("  %-26s%12.2f us, %.2f GB/s each way%s", name, us(m->message.median),
                  1e-9 * m->message_rate, r->nodes > 1 ? " (between nodes)" : "");
  }
}

enum { BYTES_TEXT = 32 };

static void write_bytes(char text[BYTES_TEXT], int64_t bytes)
{
  bool whole = bytes % (1 << 20) == 0;

  (void)snprintf(text, BYTES_TEXT, "%" PRId64 " %s", whole ? bytes >> 20 : bytes >> 10,
                 whole ? "MiB" : "KiB");
}

static void print_sums(const ls_bench_result *r)
{
  bool all_fit = true;

  ls_log_record("\n%-12s%24s%24s%18s", "sum over all", "lockstep, ordered",
                "MPI_Allreduce", "ordered");
  ls_log_record("%-12s%12s%12s%12s%12s%18s", "ranks, us", "median", "least", "median",
                "least", "/ MPI");
  for (int i = 0; i < r->sum_count; i++) {
    const ls_sums *s = &r->sums[i];
    char bytes[BYTES_TEXT];
    write_bytes(bytes, s->bytes);
    if (s->fits) {
      ls_log_record("  %-10s%12.1f%12.1f%12.1f%12.1f%18.2f", bytes,
                    us(s->ordered.median), us(s->ordered.least), us(s->mpi.median),
                    us(s->mpi.least), s->ordered.median / s->mpi.median);
    } else {
      ls_log_record("  %-10s%12s%12s%12.1f%12.1f%18s", bytes, "-", "-",
                    us(s->mpi.median), us(s->mpi.least), "-");
      all_fit = false;
    }
  }
  if (!all_fit) {
    ls_log_record("  -: the node's /dev/shm is too small for that");
  }
}

static void print_bound(const ls_bench_result *r)
{
  const double *share = r->bound.shares;

  ls_log_record("\na step: compute %.0f %%, memory %.0f %%, latency %.0f %%, "
                "bandwidth %.0f %%, waiting %.0f %%",
                100 * share[LS_BOUND_COMPUTE], 100 * share[LS_BOUND_MEMORY],
                100 * share[LS_BOUND_LATENCY], 100 * share[LS_BOUND_BANDWIDTH],
                100 * share[LS_BOUND_WAITING]);
  ls_log_record("bound by %s: %s", ls_bound_text(r->bound.kind),
                ls_bound_advice(r->bound.kind));
}

void ls_bench_print(const ls_bench_result *result)
{
  print_head(result);
  print_steps(result);
  print_machine(result);
  if (result->ranks > 1) {
    print_sums(result);
  }
  print_bound(result);
}
