#ifndef COMPARE_PROCESS_H
#define COMPARE_PROCESS_H

/**
 * One run as a process group of its own that does not outlive who started it.
 *
 * Why not posix_spawn: it has no word for the second half of that sentence.
 */

#include <sys/types.h>

/**
 * Start a program, its stdout to `records` and its stderr to `messages` of a directory.
 * It gets SIGTERM when the calling process ends, in whatever way.
 *
 * Local.
 *
 * pid        out: its id, which is that of its group too
 * words      [until NULL] the program and its arguments
 * returns    0, or what `errno` said: then there is no process
 */
int ls_process_start(pid_t *pid, const char *directory, const char **words);

#endif
