#ifndef BASE_FAULT_H
#define BASE_FAULT_H

/**
 * Fault points: places where a test makes one rank fail.
 *
 *   if (ls_fault("data.open", rank)) {
 *     return ls_fail(LS_E_IO, "fault point 'data.open'");
 *   }
 *
 * Armed by LOCKSTEP_FAULT=data.open@2 (name, rank); compiled only into builds with
 * LOCKSTEP_FAULTS, and constantly false elsewhere.
 */

#include <stdbool.h>

#ifdef LOCKSTEP_FAULTS
/**
 * Whether the named fault is armed for this rank.
 *
 * Local.
 */
bool ls_fault(const char *name, int rank);
#else
static inline bool ls_fault(const char *name, int rank)
{
  (void)name;
  (void)rank;
  return false;
}
#endif

#endif
