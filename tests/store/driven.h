#ifndef TESTS_STORE_DRIVEN_H
#define TESTS_STORE_DRIVEN_H

/**
 * Runs that only save in the test's directory, in processes of their own, under the
 * shim.
 */

#include <stdint.h>

typedef struct drive_plan {
  int keep;
  int64_t first; /* step */
  int64_t last;  /* step; every 100 steps a save */
  long at;       /* the operation to spoil; 0: none */
  const char *how;
  const char *log;         /* operation log to append to; NULL: none */
  const char *flock_error; /* errno of file locks; NULL: they work */
} drive_plan;

typedef struct driven {
  int status;      /* as waitpid gives it */
  long operations; /* counted by the shim; -1 if it was killed */
  char output[4096];
} driven;

/**
 * Begin a test program: starts it again under the shim, if it is not there yet.
 *
 * arguments  of main
 * returns    0; an exit code on failure
 */
int drive_ready(char **arguments);

/** Run it and wait. */
driven drive(const drive_plan *plan);

/** Put the sample of a step into the test's directory, sealed, not synced. */
void write_sample(int64_t step);

/** The sealed bytes of a step's sample; release with ls_image_release. */
struct ls_image sample_image(int64_t step);

#endif
