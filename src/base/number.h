#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

/**
 * Decimal numbers as text, the same in every locale.
 */

#include <stdbool.h>
#include <stddef.h>

/** Enough for any double with 17 digits, its sign, its exponent and a final zero. */
enum { LS_NUMBER_BYTES = 32 };

/** The longest literal that is read. */
enum { LS_NUMBER_LITERAL_MAX = 100 };

/**
 * Read a decimal literal.
 *
 * Local; same result on every rank.
 *
 * text     [length] digits, point and exponent as the lexer cut them
 * returns  the nearest double; an infinity where it overflows
 */
double ls_number_read(const char *text, size_t length);

/**
 * Write a number so that reading it back gives the same bits.
 *
 * Local; same result on every rank.
 *
 * text     [LS_NUMBER_BYTES] out
 * full     true: with 17 significant digits (trailing zeros dropped); false: as few
 *          digits as read back
 */
void ls_number_write(char text[LS_NUMBER_BYTES], double number, bool full);

#endif
