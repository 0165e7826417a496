#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

/**
 * Assertions about our own code, never about what a user or a disk can cause.
 *
 * Compiled into Debug and LOCKSTEP_ASSERTS builds.  A failed one names rank, file, line
 * and condition and ends all ranks with exit code 70.
 */

#ifdef LOCKSTEP_ASSERTS
#define LS_ASSERT(condition)                                                           \
  ((condition) ? (void)0 : ls_assert_fail(#condition, __FILE__, __LINE__))
#else
#define LS_ASSERT(condition) ((void)sizeof(condition))
#endif

/**
 * Report a broken assertion and end the program.
 *
 * Local; takes the other ranks along if an end handler is set.
 */
_Noreturn void ls_assert_fail(const char *condition, const char *file, int line);

/**
 * Say how a broken assertion ends all ranks, and who this rank is.
 *
 * Local.
 *
 * end   called with the exit code, must not return; NULL: abort this process only
 */
void ls_assert_set_handler(int rank, void (*end)(int exit_code));

#endif
