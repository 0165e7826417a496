#include "store/driven.h"

#include "store/directory.h"
#include "store/image.h"
#include "store/sample.h"
#include "store/saved.h"

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

static void become_driver(const drive_plan *plan, const char *count_path)
{
  char numbers[4][32];

  (void)snprintf(numbers[0], 32, "%d", plan->keep);
  (void)snprintf(numbers[1], 32, "%lld", (long long)plan->first);
  (void)snprintf(numbers[2], 32, "%lld", (long long)plan->last);
  (void)snprintf(numbers[3], 32, "%ld", plan->at);
  set("LD_PRELOAD", STORE_SHIM);
  set("ASAN_OPTIONS", "verify_asan_link_order=0");
  set("LOCKSTEP_SHIM_PATH", place);
  set("LOCKSTEP_SHIM_COUNT", count_path);
  set("LOCKSTEP_SHIM_LOG", plan->log);
  set("LOCKSTEP_SHIM_DO", plan->how);
  set("LOCKSTEP_SHIM_FLOCK", plan->flock_error);
  set("LOCKSTEP_SHIM_AT", numbers[3]);
  (void)execl(STORE_SAVE_DRIVER, STORE_SAVE_DRIVER, place, numbers[0], numbers[1],
              numbers[2], "100", (char *)NULL);
  _exit(127);
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
    become_driver(plan, count_path);
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

  if (ls_image_build(&image, sample_state(sample)) != LS_OK) {
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
