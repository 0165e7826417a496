#ifndef BASE_FAULT_H
#define BASE_FAULT_H

/**
 * Fault points: places where a test makes one rank fail, or all ranks wait.
 *
 *   if (ls_fault("data.open", rank)) {
 *     return ls_fail(LS_E_IO, "fault point 'data.open'");
 *   }
 *   ls_fault_pause("save", rank);
 *
 * LOCKSTEP_FAULT=data.open@2      arms a fault for rank 2
 * LOCKSTEP_FAULT=nan@2#5          and for the fifth time only that it is asked for
 * LOCKSTEP_FAULT=row@96           arms whoever runs rows of a batch from row 96 on
 * LOCKSTEP_PAUSE=save#2:1.5       the second time, all ranks say so and wait 1.5
 *                                 seconds
 * LOCKSTEP_PAUSE=save#2:60@1      only rank 1 does
 * LOCKSTEP_LEAVE=3:0              after a pause, rank 3 leaves the process with code 0
 *
 * LOCKSTEP_UNEVEN=1               ranks get parts of a step that are as unequal as can
 *                                 be, and others in each step
 *
 * Compiled only into builds with LOCKSTEP_FAULTS, and constantly false elsewhere.
 */

#include <stdbool.h>

#ifdef LOCKSTEP_FAULTS
/**
 * Whether the named fault is armed for this rank.
 *
 * Local.
 */
bool ls_fault(const char *name, int rank);

/** Whether rows of a batch that are run from this one on are armed.  Local. */
bool ls_fault_row(int row);

/**
 * Wait here, if the named pause is armed.
 *
 * Local.  Writes `lockstep: rank R: paused in 'name'` to stderr first.
 */
void ls_fault_pause(const char *name, int rank);

/** Whether parts are to be unequal.  Local; the same on every rank of a launch. */
bool ls_fault_uneven(void);
#else
static inline bool ls_fault(const char *name, int rank)
{
  (void)name;
  (void)rank;
  return false;
}

static inline bool ls_fault_row(int row)
{
  (void)row;
  return false;
}

static inline void ls_fault_pause(const char *name, int rank)
{
  (void)name;
  (void)rank;
}

static inline bool ls_fault_uneven(void)
{
  return false;
}
#endif

#endif
