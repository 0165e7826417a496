#include "lockstep/train.h"

ls_train_config ls_train_config_default(void)
{
  return (ls_train_config){
      .hidden = "128",
      .batch = 32,
      .epochs = 15,
      .lr = 0.1,
      .schedule = "exponential(rate=0.96, every=1000, staircase)",
      .lr_scale = "none",
      .lr_reference_batch = 32,
      .optimizer = "sgd",
      .weight_decay = "none",
      .seed = 1,
      .shards = 8,
      .allreduce = "ordered",
      .data = "data/mnist",
      .save_every = "1ep",
      .keep = 3,
      .save_errors = "warn",
      .hang_timeout_seconds = 30,
      .io_timeout_seconds = 300,
      .on_nan = "stop",
      .skip_limit = 100,
      .check_every = 1000,
  };
}
