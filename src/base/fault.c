#include "base/fault.h"

#ifdef LOCKSTEP_FAULTS
#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Reads `#n` behind a name, if it is there: is it this call's turn?  One variable arms
// one place, so one count is enough for each variable.
static bool is_turn(const char **text, int *count)
{
  (*count)++;
  if (**text != '#') {
    return true;
  }
  char *end = NULL;
  long turn = strtol(*text + 1, &end, 10);
  *text = end;
  return turn == *count;
}

static bool is_armed(const char *name, int number)
{
  static int count;
  const char *armed = getenv("LOCKSTEP_FAULT");
  char wanted[128];

  if (!armed) {
    return false;
  }
  (void)snprintf(wanted, sizeof wanted, "%s@%d", name, number);
  size_t length = strlen(wanted);
  if (strncmp(armed, wanted, length) != 0) {
    return false;
  }
  armed += length;
  return (*armed == '\0' || *armed == '#') && is_turn(&armed, &count);
}

static void leave_if_armed(int rank)
{
  const char *armed = getenv("LOCKSTEP_LEAVE");
  char *end = NULL;

  if (armed && strtol(armed, &end, 10) == rank && *end == ':') {
    _exit((int)strtol(end + 1, NULL, 10));
  }
}

bool ls_fault(const char *name, int rank)
{
  return is_armed(name, rank);
}

bool ls_fault_row(int row)
{
  return is_armed("row", row);
}

void ls_fault_pause(const char *name, int rank)
{
  static int count;
  const char *armed = getenv("LOCKSTEP_PAUSE");
  size_t length = strlen(name);

  if (!armed || strncmp(armed, name, length) != 0 || !strchr("#:", armed[length])) {
    return;
  }
  armed += length;
  if (!is_turn(&armed, &count) || *armed != ':') {
    return;
  }
  char *end = NULL;
  double seconds = strtod(armed + 1, &end);
  if (*end == '@' && strtol(end + 1, NULL, 10) != rank) {
    return;
  }
  ls_log_alarm("rank %d: paused in '%s'", rank, name);
  leave_if_armed(rank);
  ls_clock_sleep(seconds);
}

bool ls_fault_uneven(void)
{
  return getenv("LOCKSTEP_UNEVEN") != NULL;
}
#else
typedef int ls_fault_is_compiled_out;
#endif
