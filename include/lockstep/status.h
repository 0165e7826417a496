#ifndef LOCKSTEP_STATUS_H
#define LOCKSTEP_STATUS_H

/**
 * What can go wrong with the world, and the exit code each kind leads to.
 *
 * A function that returns `ls_status` sets one line of text where the failure is
 * detected; nobody on the way up overwrites it.  Our own bugs are assertions instead
 * (base/assert.h), and failures of MPI itself end the program (comm/comm.h).
 */

#include "lockstep/api.h"

/* name, exit code, meaning */
#define LS_STATUS_LIST(X)                                                              \
  X(LS_OK, 0, "success")                                                               \
  X(LS_E_ARG, 1, "invalid argument")                                                   \
  X(LS_E_NOMEM, 1, "out of memory")                                                    \
  X(LS_E_IO, 1, "input or output failed")                                              \
  X(LS_E_FORMAT, 1, "malformed file")                                                  \
  X(LS_E_NUMERIC, 1, "a value is not finite")                                          \
  X(LS_E_USAGE, 2, "wrong use of the command line")                                    \
  X(LS_E_MISSING, 3, "nothing there to resume")                                        \
  X(LS_E_DAMAGED, 4, "all that is there is damaged")                                   \
  X(LS_E_INTERNAL, 70, "a bug in lockstep")                                            \
  X(LS_STOPPED, 75, "stopped on request; run again to go on")                          \
  X(LS_E_LOST, 76, "a rank died or fell silent")                                       \
  X(LS_E_DIVERGED, 78, "ranks that must be equal differ")

typedef enum ls_status {
#define LS_STATUS_ENUM(name, exit_code, meaning) name,
  LS_STATUS_LIST(LS_STATUS_ENUM)
#undef LS_STATUS_ENUM
} ls_status;

/**
 * Set this thread's failure text and return `status`.
 *
 * Local.
 *
 * format   printf format of one line: no newline, no "error:", lower case, the thing
 *          in quotes, what was expected and what was found; cut at 1,023 bytes
 * returns  `status`
 */
LS_API ls_status ls_fail(ls_status status, const char *format, ...) LS_PRINTF(2, 3);

/**
 * The text of this thread's last failure.
 *
 * Local.
 *
 * returns  borrowed; "" before the first failure; valid until the next ls_fail
 */
LS_API const char *ls_status_message(void);

/**
 * What a status means, in a few words.
 *
 * Local; same result on every rank.
 */
LS_API const char *ls_status_meaning(ls_status status);

/**
 * The exit code that a status leads to.
 *
 * Local; same result on every rank.
 */
LS_API int ls_status_exit_code(ls_status status);

/** Return a failure to the caller at once.  Only where there is nothing to free. */
#define LS_TRY(call)                                                                   \
  do {                                                                                 \
    ls_status ls_try_status = (call);                                                  \
    if (ls_try_status != LS_OK) {                                                      \
      return ls_try_status;                                                            \
    }                                                                                  \
  } while (0)

#endif
