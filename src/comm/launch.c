#include "comm/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ls_launch_is_on_one_host(void)
{
  const char *ranks = getenv("OMPI_COMM_WORLD_SIZE");
  const char *local = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  const char *hosts = getenv("SLURM_STEP_NUM_NODES");

  if (ranks && local) {
    return strcmp(ranks, local) == 0;
  }
  if (hosts) {
    // Of a heterogeneous job, one of several parts.
    return strcmp(hosts, "1") == 0 && !getenv("SLURM_HET_SIZE");
  }
  return !getenv("PMIX_RANK") && !getenv("PMI_RANK"); // started by hand
}

bool ls_launch_is_first_of_host(void)
{
  static const char *const variables[] = {"OMPI_COMM_WORLD_LOCAL_RANK",
                                          "SLURM_LOCALID"};

  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *local_rank = getenv(variables[i]);
    if (local_rank && strcmp(local_rank, "0") != 0) {
      return false;
    }
  }
  return true;
}

void ls_launch_let_long_messages_go(void)
{
  static const char limit[] = "OMPI_MCA_btl_tcp_eager_limit";
  char bytes[16];

  if (ls_launch_is_on_one_host() || getenv("OMPI_MCA_btl_tcp_rndv_eager_limit")) {
    return;
  }
  (void)snprintf(bytes, sizeof bytes, "%d", LS_LAUNCH_EAGER_BYTES);
  (void)setenv(limit, bytes, 0);
}

void ls_launch_leave_networks_out(void)
{
  if (ls_launch_is_on_one_host()) {
    (void)setenv("OMPI_MCA_pml", "ob1", 0);
  }
}
