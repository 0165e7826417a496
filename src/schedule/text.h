#ifndef SCHEDULE_TEXT_H
#define SCHEDULE_TEXT_H

/**
 * Tree to text.
 */

#include "schedule/arena.h"
#include "schedule/kind.h"

/** A text that grows in an arena. */
typedef struct ls_text {
  ls_arena *arena;
  char *bytes; /* NULL while empty; always ended by a zero */
  size_t length;
  size_t room;
  bool failed; /* there was no memory */
  bool full;   /* resolved: every argument, numbers with 17 digits */
} ls_text;

/** Append bytes.  Local. */
void ls_text_add(ls_text *text, const char *bytes, size_t length);

/** Append a text ended by a zero.  Local. */
void ls_text_put(ls_text *text, const char *bytes);

/** Append a value: its amounts or its word.  Local. */
void ls_text_put_value(ls_text *text, const ls_argument *row, const ls_value *value);

/** Append the product of a stage.  Local. */
void ls_text_put_product(ls_text *text, const ls_factor *factors);

/** Append a whole schedule.  Local. */
void ls_text_put_sequence(ls_text *text, const ls_sequence *sequence);

#endif
