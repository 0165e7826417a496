#ifndef BASE_WRAP_H
#define BASE_WRAP_H

/**
 * Long lines for a narrow terminal.
 */

#include <stddef.h>

/**
 * Break lines at blanks so that none is wider than `columns`, where that can be.
 *
 * Local.  Lines that fit stay as they are.  What follows a break stands under the
 * second of two columns, `name      text`, if there are such, or is indented by four.
 *
 * out      [bytes] out: at least 1; cut if it does not fit
 */
void ls_wrap(char *out, size_t bytes, const char *text, int columns);

/**
 * Turn the %XX of a record's values back into what they stand for, for eyes alone.
 *
 * Local.  Text that is no record, `kind key=value ...`, stays as it is.
 *
 * text     in and out: becomes no longer
 */
void ls_wrap_decode(char *text);

#endif
