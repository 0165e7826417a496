#include "store/driven.h"

#include "store/directory.h"
#include "store/image.h"
#include "store/sample.h"
#include "store/save_run.h"
#include "store/saved.h"
#include "store/shim.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void set(const char *name, const char *value)
{
  if (value) {
    (void)setenv(name, value, 1);
  }
}

int drive_ready(char **arguments)
{
  if (!shim_begin) {
    set("LD_PRELOAD", STORE_SHIM);
    set("ASAN_OPTIONS", "verify_asan_link_order=0");
    (void)execv("/proc/self/exe", arguments);
    perror("cannot start again under " STORE_SHIM);
    return 1;
  }
  return 0;
}

// The child: everything from here to its exit is what is tested.
static void run_spoiled(const drive_plan *plan, const char *count_path)
{
  char at[32];

  (void)snprintf(at, sizeof at, "%ld", plan->at);
  set("LOCKSTEP_SHIM_PATH", place);
  set("LOCKSTEP_SHIM_COUNT", count_path);
  set("LOCKSTEP_SHIM_LOG", plan->log);
  set("LOCKSTEP_SHIM_DO", plan->how);
  set("LOCKSTEP_SHIM_FLOCK", plan->flock_error);
  set("LOCKSTEP_SHIM_AT", at);
  shim_begin();
  exit(save_run(place, plan->keep, plan->first, plan->last));
}

static void collect(driven *run, int output)
{
  size_t used = 0;
  ssize_t got;

  while ((got = read(output, run->output + used, sizeof run->output - 1 - used)) > 0) {
    used += (size_t)got;
  }
  run->output[used] = '\0';
}

driven drive(const drive_plan *plan)
{
  driven run = {0, -1, ""};
  char count_path[PLACE_BYTES + 16];
  int output[2];

  (void)snprintf(count_path, sizeof count_path, "%s.count", place);
  (void)unlink(count_path);
  assert_int_equal(pipe(output), 0);
  pid_t child = fork();
  if (child == 0) {
    (void)dup2(output[1], STDOUT_FILENO);
    (void)close(output[0]);
    (void)close(output[1]);
    run_spoiled(plan, count_path);
  }
  (void)close(output[1]);
  collect(&run, output[0]);
  (void)close(output[0]);
  assert_true(waitpid(child, &run.status, 0) == child);
  FILE *stream = fopen(count_path, "r");
  if (stream) {
    (void)!fscanf(stream, "%ld", &run.operations);
    (void)fclose(stream);
    (void)unlink(count_path);
  }
  return run;
}

ls_image sample_image(int64_t step)
{
  ls_sample *sample = sample_create(SAMPLE_INPUTS, SAMPLE_HIDDEN, 0, step);
  ls_image image;

  if (ls_image_build(&image, NULL, sample_state(sample)) != LS_OK) {
    fail_msg("%s", ls_status_message());
  }
  ls_image_seal(&image);
  sample_destroy(sample);
  return image;
}

void write_sample(int64_t step)
{
  char name[LS_NAME_BYTES];
  ls_image image = sample_image(step);

  ls_directory_name(name, step);
  place_write(place, name, image.bytes, image.length);
  ls_image_release(&image);
}
