#include "base/log.h"
#include "bench/bench.h"
#include "cli/command.h"
#include "cli/option.h"

#define FIELD(name) .offset = offsetof(ls_bench_config, name)

static const ls_option options[] = {
    {.name = "layers",
     .kind = LS_OPTION_TEXT,
     FIELD(layers),
     .argument = "WIDTHS",
     .help = "widths from the inputs to the classes"},
    {.name = "batch",
     .letter = 'b',
     .kind = LS_OPTION_COUNT,
     FIELD(batch),
     .argument = "ROWS",
     .help = "rows a step, over all ranks together",
     .least = 1,
     .most = 1 << 24},
    {.name = "shards",
     .kind = LS_OPTION_COUNT,
     FIELD(shards),
     .argument = "L",
     .help = "logical shards of a batch; at least as many as ranks",
     .least = 1,
     .most = 1 << 20},
    {.name = "allreduce",
     .kind = LS_OPTION_CHOICE,
     FIELD(allreduce),
     .choices = "ordered|mpi",
     .help = "how the step sums gradients"},
    {.name = "rows",
     .kind = LS_OPTION_COUNT,
     FIELD(rows),
     .argument = "N",
     .help = "rows of the made-up data set, in shared memory",
     .least = 1,
     .most = 1 << 24},
    {.name = "largest",
     .kind = LS_OPTION_COUNT,
     FIELD(largest_kib),
     .argument = "KIB",
     .help = "largest vector whose sum over the ranks is measured",
     .least = 4,
     .most = 1 << 20},
    {.name = "seconds",
     .kind = LS_OPTION_SECONDS,
     FIELD(seconds),
     .argument = "TIME",
     .help = "for the step; a tenth of it for each other figure"},
    {.name = "csv",
     .kind = LS_OPTION_TEXT,
     FIELD(csv),
     .argument = "FILE",
     .help = "write all figures to this file too"},
    {.name = "isa",
     .kind = LS_OPTION_TEXT,
     FIELD(isa),
     .argument = "NAME",
     .help = "kernels to use: avx512, avx2, neon, plain"},
    {.name = "fake-nodes",
     .kind = LS_OPTION_TEXT,
     FIELD(fake_nodes),
     .argument = "SIZES",
     .help = "for tests: split this machine's ranks into nodes, as 3,2"},
};

static const ls_option_table table = {
    .usage = "mpirun -n RANKS lockstep bench [options]",
    .summary =
        "Measure a training step, the machine and the exchange between ranks, and "
        "say what\nbounds a run here.  Needs no data.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

ls_status ls_cmd_bench(int argc, char **argv)
{
  ls_bench_config config = ls_bench_config_default();
  ls_option_result result;
  ls_comm *comm = NULL;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  LS_TRY(ls_bench_check(&config));
  LS_TRY(ls_comm_create(&comm, config.fake_nodes));
  ls_log_set(ls_comm_rank(comm) == 0, false);
  return ls_command_end(comm, ls_bench_run(&config, comm));
}
