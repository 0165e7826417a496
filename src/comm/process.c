#include "comm/pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A field of /proc/N/status; false if it cannot be had.
static bool read_field(char *value, size_t bytes, pid_t process, const char *name)
{
  char path[64];
  char text[4096];

  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  ssize_t length = read(file, text, sizeof text - 1);
  (void)close(file);
  if (length <= 0) {
    return false;
  }
  text[length] = '\0';
  const char *found = strstr(text, name);
  if (!found) {
    return false;
  }
  found += strlen(name);
  found += strspn(found, " \t");
  (void)snprintf(value, bytes, "%.*s", (int)strcspn(found, "\n"), found);
  return true;
}

bool ls_process_is_traced(pid_t process)
{
  char tracer[32];

  return process > 0 && read_field(tracer, sizeof tracer, process, "\nTracerPid:") &&
         strcmp(tracer, "0") != 0;
}

char ls_process_state(pid_t process)
{
  char state[32];

  return read_field(state, sizeof state, process, "\nState:") ? state[0] : '\0';
}
