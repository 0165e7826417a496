#ifndef SCHEDULE_PARSER_H
#define SCHEDULE_PARSER_H

/**
 * Text to tree: stages, products and factors, by recursive descent.
 */

#include "schedule/arena.h"
#include "schedule/expression.h"

enum { LS_SCHEDULE_TEXT_MAX = 65536 };

/**
 * Parse a whole text.
 *
 * Local; same result on every rank.
 *
 * out      borrowed from the arena
 * returns  LS_OK
 *            LS_E_ARG    refused
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_parser_run(ls_sequence **out, const char *text,
                                     ls_arena *arena);

/** Whether anything in a sequence follows a metric.  Local; same on every rank. */
bool ls_sequence_follows_metric(const ls_sequence *sequence);

#endif
