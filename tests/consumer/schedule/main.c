// A program that wants learning rates and nothing else of lockstep.
#include "lockstep/schedule.h"

#include <stdio.h>

int main(void)
{
  const ls_schedule_run run = {
      .base_rate = 0.1, .total_steps = 100, .steps_per_epoch = 10};
  ls_schedule *parsed = NULL;
  ls_schedule *resolved = NULL;
  ls_status status = ls_schedule_parse(&parsed, "linear(1, 0)", NULL);

  if (status == LS_OK) {
    status = ls_schedule_resolve(&resolved, parsed, &run);
  }
  if (status != LS_OK) {
    (void)fprintf(stderr, "%s\n", ls_status_message());
  } else {
    (void)printf("%.17g\n", ls_schedule_at(resolved, 50, NULL));
  }
  ls_schedule_destroy(resolved);
  ls_schedule_destroy(parsed);
  return ls_status_exit_code(status);
}
