#include "comm/stale.h"

#include "base/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char directory[] = "/dev/shm";

static bool has_known_name(const char *name)
{
  static const char *const heads[] = {"vader_segment.", "osc_sm.", "sm_segment."};

  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    if (strncmp(name, heads[i], strlen(heads[i])) == 0) {
      return true;
    }
  }
  return false;
}

// A file that has just been made may not be mapped yet.
static bool is_ours_and_old(const char *path)
{
  const double least_age_seconds = 60;
  struct stat info;

  return lstat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() &&
         ls_clock_unix_seconds() - (double)info.st_mtim.tv_sec > least_age_seconds;
}

static bool is_mapped_by(const char *process, const char *path)
{
  char maps_path[300];
  char line[4096];
  bool found = false;

  (void)snprintf(maps_path, sizeof maps_path, "/proc/%s/maps", process);
  FILE *maps = fopen(maps_path, "re");
  while (maps && !found && fgets(line, sizeof line, maps)) {
    found = strstr(line, path) != NULL;
  }
  if (maps) {
    (void)fclose(maps);
  }
  return found;
}

// Processes of other users cannot be looked at, and cannot map a file of mode 0600.
static bool is_mapped(const char *path)
{
  DIR *processes = opendir("/proc");
  const struct dirent *entry = NULL;
  bool found = !processes;

  while (!found && (entry = readdir(processes)) != NULL) {
    found =
        isdigit((unsigned char)entry->d_name[0]) && is_mapped_by(entry->d_name, path);
  }
  if (processes) {
    (void)closedir(processes);
  }
  return found;
}

int ls_stale_remove(void)
{
  DIR *files = opendir(directory);
  const struct dirent *entry = NULL;
  char path[sizeof directory + 256 + 1];
  int removed = 0;

  while (files && (entry = readdir(files)) != NULL) {
    (void)snprintf(path, sizeof path, "%s/%.256s", directory, entry->d_name);
    if (has_known_name(entry->d_name) && is_ours_and_old(path) && !is_mapped(path)) {
      removed += unlink(path) == 0;
    }
  }
  if (files) {
    (void)closedir(files);
  }
  return removed;
}
