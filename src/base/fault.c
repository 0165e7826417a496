#include "base/fault.h"

#ifdef LOCKSTEP_FAULTS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ls_fault(const char *name, int rank)
{
  const char *armed = getenv("LOCKSTEP_FAULT");
  char wanted[128];

  if (!armed) {
    return false;
  }
  (void)snprintf(wanted, sizeof wanted, "%s@%d", name, rank);
  return strcmp(armed, wanted) == 0;
}
#else
typedef int ls_fault_is_compiled_out;
#endif
