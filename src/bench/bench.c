#include "bench/bench.h"

#include "base/log.h"
#include "bench/result.h"

#include <string.h>

enum { SIZE_FACTOR = 2 };

ls_bench_config ls_bench_config_default(void)
{
  return (ls_bench_config){.layers = "784,128,10",
                           .batch = 32,
                           .shards = 8,
                           .allreduce = "ordered",
                           .rows = 60000,
                           .largest_kib = 65536,
                           .seconds = 1};
}

static ls_status fill_rig(ls_rig_config *rig, const ls_bench_config *config)
{
  LS_TRY(ls_rig_layers(&rig->layout, config->layers));
  rig->kernels = ls_kernels_find(config->isa);
  if (!rig->kernels) {
    return ls_fail(LS_E_ARG, "this build or processor has no kernels named '%s'",
                   config->isa ? config->isa : "LOCKSTEP_ISA says");
  }
  rig->batch = config->batch;
  rig->rows = config->rows > config->batch ? config->rows : config->batch;
  rig->shards = config->shards;
  rig->plain = strcmp(config->allreduce, "mpi") == 0;
  return LS_OK;
}

ls_status ls_bench_check(const ls_bench_config *config)
{
  ls_rig_config rig;
  ls_status status = fill_rig(&rig, config);

  return status == LS_E_ARG ? LS_E_USAGE : status;
}

static ls_status measure_steps(ls_bench_result *r, ls_comm *comm)
{
  ls_rig *rig = NULL;

  ls_status status = ls_rig_open(&rig, comm, &r->rig);
  if (status == LS_OK) {
    status = ls_steps_measure(&r->steps, comm, rig, r->config.seconds);
  }
  ls_rig_close(rig);
  return status;
}

static ls_status measure_sums(ls_bench_result *r, ls_comm *comm, double seconds)
{
  int64_t largest = r->config.largest_kib * 1024;

  for (int64_t bytes = LS_SUMS_LEAST_BYTES;
       bytes <= largest && r->sum_count < LS_BENCH_SUMS_MOST; bytes *= SIZE_FACTOR) {
    LS_TRY(ls_sums_measure(&r->sums[r->sum_count++], comm, r->rig.kernels, bytes,
                           seconds));
  }
  return LS_OK;
}

static void find_bound(ls_bench_result *r)
{
  const ls_sums *smallest = &r->sums[0];
  // Nodes that work apart wait for their own ranks only.
  bool in_window =
      !r->rig.plain && (r->nodes == 1 || r->steps.sends == LS_EXCHANGE_FLAGS);
  ls_bound_figures f = {.step = r->steps.whole,
                        .work = r->steps.work,
                        .operations = r->steps.operations / r->ranks,
                        .product_rate = r->machine.product_rate,
                        .wire_bytes = r->steps.sent_bytes,
                        .wire_rate = r->machine.message_rate,
                        .binding = r->binding};

  if (in_window) {
    f.latency = 2 * r->machine.node_barrier.median;
  } else if (r->ranks > 1) {
    f.latency = r->rig.plain || !smallest->fits ? smallest->mpi.median
                                                : smallest->ordered.median;
  }
  r->bound = ls_bound_find(&f);
}

ls_status ls_bench_run(const ls_bench_config *config, ls_comm *comm)
{
  ls_bench_result r = {.config = *config,
                       .ranks = ls_comm_size(comm),
                       .nodes = ls_comm_node_count(comm)};
  const double seconds = config->seconds / 10;

  LS_TRY(ls_comm_agree(comm, fill_rig(&r.rig, config)));
  r.binding = ls_binding_check(comm);
  LS_TRY(measure_steps(&r, comm));
  LS_TRY(ls_machine_measure(&r.machine, comm, r.rig.kernels, seconds));
  if (r.ranks > 1) {
    LS_TRY(measure_sums(&r, comm, seconds));
  }
  find_bound(&r);
  ls_bench_print(&r);
  ls_status status = LS_OK;
  if (config->csv && ls_comm_rank(comm) == 0) {
    status = ls_bench_write_csv(config->csv, &r);
  }
  return ls_comm_agree(comm, status);
}
