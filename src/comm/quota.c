/**
 * Limits of processor time, in both versions of control groups:
 *
 *   /proc/self/cgroup          0::/a/b              5:cpu,cpuacct:/a/b
 *   in which directory         ROOT/a/b             ROOT/cpu/a/b
 *   limit                      cpu.max: "150000 100000", "max 100000"
 *                              cpu.cfs_quota_us: "150000", "-1"; cpu.cfs_period_us
 */

#include "comm/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 2048, LINE_BYTES = 1024 };

static bool read_line(char *line, const char *directory, const char *name)
{
  char path[PATH_BYTES + 64];

  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "re");
  bool found = file && fgets(line, LINE_BYTES, file);
  if (file) {
    (void)fclose(file);
  }
  return found;
}

// One directory's limit in cores; 0: none.
static double limit_of(const char *directory)
{
  char line[LINE_BYTES];
  double period = 0;

  if (read_line(line, directory, "cpu.max")) {
    char *end = line;
    double quota = strtod(line, &end); // "max" is no number
    period = strtod(end, NULL);
    return end != line && period > 0 ? quota / period : 0;
  }
  if (read_line(line, directory, "cpu.cfs_period_us")) {
    period = strtod(line, NULL);
  }
  if (period > 0 && read_line(line, directory, "cpu.cfs_quota_us")) {
    double quota = strtod(line, NULL);
    return quota > 0 ? quota / period : 0;
  }
  return 0;
}

static void lower(double *least, double limit)
{
  if (limit > 0 && (*least == 0 || limit < *least)) {
    *least = limit;
  }
}

// From the group outwards.  Inside a container the path may name what is outside: then
// its directories are not there, and `root` itself is the container's.
static double limit_along(const char *root, const char *group)
{
  char path[PATH_BYTES];
  double least = 0;

  (void)snprintf(path, sizeof path, "%s%s", root, group);
  while (strlen(path) > strlen(root)) {
    lower(&least, limit_of(path));
    *strrchr(path, '/') = '\0';
  }
  lower(&least, limit_of(root));
  return least;
}

double ls_cores_quota(const char *groups, const char *root)
{
  char line[LINE_BYTES];
  double least = 0;
  FILE *file = fopen(groups, "re");

  while (file && fgets(line, sizeof line, file)) {
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group || group[1] != '/') {
      continue;
    }
    *group++ = '\0';
    controllers++;
    group[strcspn(group, "\n")] = '\0';
    if (strncmp(controllers, "cpu", 3) == 0 && strncmp(controllers, "cpuset", 6) != 0) {
      char first[PATH_BYTES];
      (void)snprintf(first, sizeof first, "%s/cpu", root);
      lower(&least, limit_along(first, group));
    } else if (*controllers == '\0') {
      lower(&least, limit_along(root, group));
    }
  }
  if (file) {
    (void)fclose(file);
  }
  return least;
}
