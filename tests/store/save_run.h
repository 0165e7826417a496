#ifndef TESTS_STORE_SAVE_RUN_H
#define TESTS_STORE_SAVE_RUN_H

/**
 * A run that only saves: the real save path, without a trainer.
 */

#include <stdint.h>

/**
 * Save the sample of every 100th step, and say `saved step=N` on standard output where
 * the store acknowledged it.
 *
 * returns  the exit code: 0: all saved; 1: some failed, each with its line; 3: the
 *          directory could not be taken
 */
int save_run(const char *directory, int keep, int64_t first, int64_t last);

#endif
