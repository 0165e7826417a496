// A program of several ranks that uses a room of each kind.
#include "lockstep/comm.h"
#include "lockstep/dataset.h"
#include "lockstep/schedule.h"

#include <stdio.h>

int main(int argc, char **argv)
{
  ls_comm *comm = NULL;
  ls_dataset *dataset = NULL;
  ls_schedule *schedule = NULL;
  ls_status status = ls_comm_create(&comm, NULL);

  if (status == LS_OK) {
    status = ls_dataset_open(&dataset, argc > 1 ? argv[1] : ".", LS_SPLIT_TEST);
    status = ls_comm_agree(comm, status);
  }
  if (status == LS_OK) {
    status = ls_schedule_parse(&schedule, "constant", NULL);
  }
  if (status == LS_OK && ls_comm_rank(comm) == 0) {
    (void)printf("%d ranks, %d images, %s\n", ls_comm_size(comm),
                 (int)ls_dataset_count(dataset), ls_schedule_text(schedule));
  } else if (status != LS_OK) {
    (void)fprintf(stderr, "%s\n", ls_status_message());
  }
  ls_schedule_destroy(schedule);
  ls_dataset_close(dataset);
  ls_comm_destroy(comm);
  return ls_status_exit_code(status);
}
