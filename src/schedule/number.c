#include "schedule/number.h"

#include "base/assert.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The C library reads and writes numbers by the thread's locale; the plain one is put in
// place around each call.  For "C" this allocates nothing and cannot fail.
static locale_t enter_plain_locale(locale_t *plain)
{
  *plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return uselocale(*plain);
}

static void leave_plain_locale(locale_t plain, locale_t previous)
{
  uselocale(previous);
  freelocale(plain);
}

double ls_number_read(const char *text, size_t length)
{
  char literal[LS_NUMBER_LITERAL_MAX + 1];
  LS_ASSERT(length <= LS_NUMBER_LITERAL_MAX);
  memcpy(literal, text, length);
  literal[length] = '\0';

  locale_t plain;
  locale_t previous = enter_plain_locale(&plain);
  double number = strtod(literal, NULL);
  leave_plain_locale(plain, previous);
  return number;
}

void ls_number_write(char text[LS_NUMBER_BYTES], double number, bool full)
{
  locale_t plain;
  locale_t previous = enter_plain_locale(&plain);
  int digits = full ? 17 : 15;
  snprintf(text, LS_NUMBER_BYTES, "%.*g", digits, number);
  while (digits < 17 && strtod(text, NULL) != number) {
    digits++;
    snprintf(text, LS_NUMBER_BYTES, "%.*g", digits, number);
  }
  leave_plain_locale(plain, previous);
}
