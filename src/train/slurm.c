#include "train/slurm.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A whole positive number; 0 for "NONE", "N/A", "Unknown" and everything else.
static double read_seconds(const char *text)
{
  char *end = NULL;
  double seconds = strtod(text, &end);

  return end != text && (*end == '\0' || *end == '\n') && seconds > 0 ? seconds : 0;
}

// Job numbers go into a command line, so nothing but digits may be one.
static double ask_squeue(const char *job)
{
  char command[160];
  char answer[64] = "";

  if (*job == '\0' || strspn(job, "0123456789") != strlen(job) || strlen(job) > 20) {
    return 0;
  }
  (void)snprintf(command, sizeof command,
                 "SLURM_TIME_FORMAT=%%s timeout 10 squeue -h -j %s -o %%e 2>/dev/null",
                 job);
  FILE *squeue = popen(command, "r");
  if (!squeue) {
    return 0;
  }
  char *line = fgets(answer, sizeof answer, squeue);
  int failed = pclose(squeue);
  if (!line || failed) {
    ls_log_warn("squeue does not tell when job %s ends: give --time-limit", job);
    return 0;
  }
  return read_seconds(answer);
}

double ls_slurm_end(void)
{
  const char *job = getenv("SLURM_JOB_ID");
  const char *end = getenv("SLURM_JOB_END_TIME");

  if (!job) {
    return 0;
  }
  return end ? read_seconds(end) : ask_squeue(job);
}
