#ifndef COMM_CORES_H
#define COMM_CORES_H

/**
 * Which processor cores a process may use.
 *
 * A core is known by the lowest number of its hardware threads: two ranks on two
 * threads of one core share that core.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { LS_CORES_MAX = 4096, LS_CORES_WORDS = LS_CORES_MAX / 64 };

/** A set of cores.  Plain: copy it. */
typedef struct ls_cores {
  uint64_t words[LS_CORES_WORDS];
} ls_cores;

/** Whether a core is in the set.  Local. */
static inline bool ls_cores_have(const ls_cores *cores, int core)
{
  return (cores->words[core / 64] >> core % 64 & 1) != 0;
}

/** Add a core to the set.  Local. */
static inline void ls_cores_add(ls_cores *cores, int core)
{
  cores->words[core / 64] |= UINT64_C(1) << core % 64;
}

/** Add all cores of another set.  Local. */
void ls_cores_join(ls_cores *cores, const ls_cores *other);

/** How many there are.  Local. */
int ls_cores_count(const ls_cores *cores);

/**
 * The cores that a process may use.
 *
 * Local.
 *
 * cores     out: empty where nobody knows
 * process   0: this one
 */
void ls_cores_of(ls_cores *cores, pid_t process);

/** The cores of this machine that are switched on.  Local. */
void ls_cores_online(ls_cores *cores);

/**
 * Cores' worth of time that this process's control groups grant, as a container may
 * say.
 *
 * Local.
 *
 * groups    "/proc/self/cgroup", or a file like it
 * root      "/sys/fs/cgroup", or a directory like it
 * returns   the least over the group and those around it; 0: no limit
 */
double ls_cores_quota(const char *groups, const char *root);

#endif
