#include "base/number.h"

#include "base/assert.h"

#include <float.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The C library reads and writes numbers by the thread's locale; the plain one is put
// in place around each call.  For "C" this allocates nothing and cannot fail.
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

// Seventeen digits the quick way, for the usual size of rates: a table of a million of
// them takes longer to print than to compute.  number * 10^k is rounded once in long
// double, where 10^k is exact; its distance from a whole number then tells whether the
// digits are certain.  The C library does the rest: other sizes, and what is too near
// to a half.
enum { DIGITS = 17, POWERS = 28 };

static const long double powers[POWERS] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
    1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
    1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

// number = digits * 10^(exponent - 16), with 17 digits.
static bool find_digits(uint64_t *digits, int *exponent, double number)
{
  if (LDBL_MANT_DIG < 64 || !(number >= 1e-10 && number < 1e16)) {
    return false;
  }
  const long double exact = (long double)number;
  int power = DIGITS - 1;
  while (power > 0 && exact * powers[power] >= 1e17L) {
    power--;
  }
  while (power < POWERS - 1 && exact * powers[power] < 1e16L) {
    power++;
  }
  long double scaled = exact * powers[power];
  *digits = (uint64_t)scaled;
  long double rest = scaled - (long double)*digits;
  if (rest > 0.48L && rest < 0.52L) {
    return false;
  }
  *digits += rest > 0.5L;
  *exponent = DIGITS - 1 - power;
  return *digits >= 10000000000000000u && *digits < 100000000000000000u;
}

static void put_digits(char *out, uint64_t digits, int count)
{
  while (count > 0) {
    out[--count] = (char)('0' + digits % 10);
    digits /= 10;
  }
}

// As printf's %g: trailing zeros dropped, no exponent from 1e-4 on.
static void put_quickly(char *text, uint64_t digits, int exponent)
{
  int count = DIGITS;
  for (; digits % 10 == 0; count--) {
    digits /= 10;
  }
  int before = exponent >= 0 ? exponent + 1 : 0; // digits before the point
  if (exponent < -4) {
    put_digits(text, digits / (uint64_t)powers[count - 1], 1);
    text[1] = '.';
    put_digits(text + 2, digits % (uint64_t)powers[count - 1], count - 1);
    text += count > 1 ? count + 1 : 1;
    memcpy(text, "e-00", sizeof "e-00");
    put_digits(text + 2, (uint64_t)-exponent, 2);
  } else if (before == 0) {
    memcpy(text, "0.000", sizeof "0.000");
    put_digits(text + 1 - exponent, digits, count);
    text[1 - exponent + count] = '\0';
  } else {
    int after = count > before ? count - before : 0;
    uint64_t whole = (uint64_t)powers[after];
    uint64_t zeros = (uint64_t)powers[count < before ? before - count : 0];
    put_digits(text, digits / whole * zeros, before);
    text[before] = after > 0 ? '.' : '\0';
    put_digits(text + before + 1, digits % whole, after);
    text[before + (after > 0 ? after + 1 : 0)] = '\0';
  }
}

void ls_number_write(char text[LS_NUMBER_BYTES], double number, bool full)
{
  uint64_t significant = 0;
  int exponent = 0;
  if (full && find_digits(&significant, &exponent, number)) {
    put_quickly(text, significant, exponent);
    return;
  }
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
