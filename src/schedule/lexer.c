#include "schedule/lexer.h"

#include "base/number.h"
#include "schedule/refuse.h"

#include <math.h>
#include <string.h>

// Not <ctype.h>: that depends on the locale.
static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

ls_lexer ls_lexer_begin(const char *text)
{
  return (ls_lexer){text, {1, 1}};
}

bool ls_token_is(const ls_token *token, const char *text)
{
  return (token->kind == LS_TOKEN_NAME || token->kind == LS_TOKEN_SIGN) &&
         token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}

static void skip(ls_lexer *lexer)
{
  if (*lexer->next == '\n') {
    lexer->place.line++;
    lexer->place.column = 1;
  } else {
    lexer->place.column++;
  }
  lexer->next++;
}

static void skip_blanks(ls_lexer *lexer)
{
  while (*lexer->next != '\0' && strchr(" \t\r\n#", *lexer->next) != NULL) {
    if (*lexer->next == '#') {
      while (*lexer->next != '\0' && *lexer->next != '\n') {
        skip(lexer);
      }
    } else {
      skip(lexer);
    }
  }
}

// The length of a number literal: sign, digits with at most one point, exponent.  The
// `e` of `5ep` is no exponent, because no digit follows it.
static size_t number_length(const char *text, bool *digits_alone)
{
  const char *c = text + (*text == '-');
  const char *first = c;
  size_t digits = 0;
  for (bool point = false; is_digit(*c) || (*c == '.' && !point); c++) {
    digits += is_digit(*c);
    point = point || *c == '.';
  }
  *digits_alone = digits == (size_t)(c - first) && first == text;
  if (digits == 0) {
    return 0;
  }
  const char *exponent = c + 1 + (*c != '\0' && (c[1] == '+' || c[1] == '-'));
  if ((*c == 'e' || *c == 'E') && is_digit(*exponent)) {
    *digits_alone = false;
    for (c = exponent; is_digit(*c); c++) {
    }
  }
  return (size_t)(c - text);
}

static int64_t exact_value(const char *digits, size_t length)
{
  int64_t value = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = digits[i] - '0';
    if (value > (INT64_MAX - digit) / 10) {
      return -1;
    }
    value = value * 10 + digit;
  }
  return value;
}

static ls_status cut_number(ls_token *token, size_t length, bool digits_alone)
{
  token->kind = LS_TOKEN_NUMBER;
  token->length = length;
  token->whole = digits_alone ? exact_value(token->text, length) : -1;
  if (length > LS_NUMBER_LITERAL_MAX) {
    return ls_refuse(token->place, "a number of more than %d characters",
                     (int)LS_NUMBER_LITERAL_MAX);
  }
  token->number = ls_number_read(token->text, length);
  if (!isfinite(token->number)) {
    return ls_refuse(token->place, "'%.*s' is not finite in double precision",
                     (int)length, token->text);
  }
  return LS_OK;
}

// `1-sqrt` is the one word that begins with a digit: it is what everybody calls it.
static size_t name_length(const char *text)
{
  static const char odd[] = "1-sqrt";
  size_t length = 0;
  if (strncmp(text, odd, sizeof odd - 1) == 0) {
    length = sizeof odd - 1;
  } else if (!is_letter(*text)) {
    return 0;
  }
  while (is_letter(text[length]) || is_digit(text[length])) {
    length++;
  }
  return length;
}

static ls_status cut(ls_token *token)
{
  bool digits_alone = false;
  token->length = name_length(token->text);
  if (token->length > 0) {
    token->kind = LS_TOKEN_NAME;
    return LS_OK;
  }
  size_t length = number_length(token->text, &digits_alone);
  if (length > 0) {
    return cut_number(token, length, digits_alone);
  }
  token->length = 1;
  token->kind = LS_TOKEN_SIGN;
  char c = *token->text;
  if (strchr("(),=*|%", c) != NULL) {
    return LS_OK;
  }
  if (c > ' ' && c <= '~') {
    return ls_refuse(token->place, "'%c' has no meaning here", c);
  }
  return ls_refuse(token->place, "byte 0x%02x has no meaning here", (unsigned char)c);
}

ls_status ls_lexer_next(ls_lexer *lexer, ls_token *token)
{
  skip_blanks(lexer);
  *token = (ls_token){
      .kind = LS_TOKEN_END, .text = lexer->next, .place = lexer->place, .whole = -1};
  if (*lexer->next == '\0') {
    return LS_OK;
  }
  LS_TRY(cut(token));
  for (size_t i = 0; i < token->length; i++) {
    skip(lexer);
  }
  return LS_OK;
}
