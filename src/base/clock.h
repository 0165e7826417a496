#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/**
 * Time, for people and for time-outs; nothing that decides bits reads it.
 */

#include <stddef.h>
#include <stdint.h>

/** Seconds since an arbitrary moment, never going back.  Local. */
double ls_clock_seconds(void);

/** Seconds since 1970, as the batch system counts them.  Local. */
double ls_clock_unix_seconds(void);

/** Let this thread sleep, also through signals.  Local. */
void ls_clock_sleep(double seconds);

/**
 * The local time as `20260102-030405`, for names.
 *
 * Local.
 *
 * text   [bytes]; at least 16
 */
void ls_clock_stamp(char *text, size_t bytes);

/**
 * A file's time as local time, `2026-01-02T03:04:05`.
 *
 * Local.
 *
 * text      [bytes]; at least 20
 * seconds   since 1970
 */
void ls_clock_date(char *text, size_t bytes, int64_t seconds);

#endif
