#ifndef LOCKSTEP_API_H
#define LOCKSTEP_API_H

/**
 * Attributes of public functions.
 */

/** Visible outside the library. */
#define LS_API __attribute__((visibility("default")))

/** The caller must look at the result. */
#define LS_NODISCARD __attribute__((warn_unused_result))

/** Argument `text` is a printf format whose arguments begin at `first`. */
#define LS_PRINTF(text, first) __attribute__((format(printf, text, first)))

#endif
