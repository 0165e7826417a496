#ifndef BASE_LOG_H
#define BASE_LOG_H

/**
 * The only owner of stdout and stderr: results and talk, from rank 0 alone; alarms from
 * any rank.
 *
 * stdout carries records, one a line, `kind key=value key=value`; stderr is for people.
 * On a terminal both are for people: long lines are broken and values decoded.
 */

#include "lockstep/api.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Say who may speak.
 *
 * Local.
 *
 * speaks   false: ls_log_record and ls_log_say do nothing on this rank
 * quiet    true: ls_log_say does nothing anywhere; records and failures stay
 */
void ls_log_set(bool speaks, bool quiet);

/**
 * Say that records are not wanted: a person watches a display that says the same.
 *
 * Local.
 */
void ls_log_hide_records(bool hidden);

/** Whether ls_log_say prints here.  Local. */
bool ls_log_talks(void);

/**
 * Print one record to stdout and flush it; the newline is added.
 *
 * Local; silent where this rank does not speak.
 */
void ls_log_record(const char *format, ...) LS_PRINTF(1, 2);

/**
 * Print text for people to stderr, as it is.
 *
 * Local; silent where this rank does not speak or is quiet.
 */
void ls_log_say(const char *format, ...) LS_PRINTF(1, 2);

/**
 * Print `lockstep: <text>` and a newline to stderr, also when quiet.
 *
 * Local; silent where this rank does not speak.
 */
void ls_log_warn(const char *format, ...) LS_PRINTF(1, 2);

/**
 * Print `lockstep: <text>` and a newline to stderr, from whichever rank this is.
 *
 * Local.  For a rank that is about to end and cannot agree with the others.
 */
void ls_log_alarm(const char *format, ...) LS_PRINTF(1, 2);

/**
 * Write `value` so that blanks, '%', '=' and control bytes become %XX.
 *
 * Local; same result on every rank.
 *
 * text   [bytes] out: cut at a whole character if it does not fit
 */
void ls_log_encode(char *text, size_t bytes, const char *value);

#endif
