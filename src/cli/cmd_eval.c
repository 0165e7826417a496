#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "lockstep/train.h"

#include <inttypes.h>

typedef struct eval_config {
  const char *data;
  const char *isa;
} eval_config;

static const ls_option options[] = {
    {.name = "data",
     .letter = 'd',
     .kind = LS_OPTION_TEXT,
     .offset = offsetof(eval_config, data),
     .argument = "DIR",
     .help = "directory of IDX files, raw or .gz"},
    {.name = "isa",
     .kind = LS_OPTION_TEXT,
     .offset = offsetof(eval_config, isa),
     .argument = "NAME",
     .help = "kernels to use: avx512, avx2, neon, plain"},
};

static const ls_option_table table = {
    .usage = "lockstep eval FILE|DIR [options]",
    .summary = "Loss and accuracy of a checkpoint (of a run directory: its newest good "
               "one) on\nthe test files of a data set.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_least = 1,
    .operands_most = 1,
};

ls_status ls_cmd_eval(int argc, char **argv)
{
  eval_config config = {.data = "data/mnist"};
  ls_option_result result;
  ls_evaluation found;
  ls_comm *comm = NULL;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  LS_TRY(ls_comm_create(&comm, NULL));
  ls_log_set(ls_comm_rank(comm) == 0, false);
  ls_status status =
      ls_evaluate(&found, comm, result.operand[0], config.data, config.isa);
  if (status == LS_OK) {
    ls_log_record("eval step=%" PRId64 " count=%" PRId64 " loss=%.9g accuracy=%.9g",
                  found.step, found.count, found.loss, found.accuracy);
  }
  return ls_command_end(comm, status);
}
