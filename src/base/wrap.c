#include "base/wrap.h"

#include <stdbool.h>
#include <string.h>

enum { INDENT = 4, INDENT_MOST = 24 };

// Where the second column of `name      text` begins; INDENT where there is none.
static size_t second_column(const char *line, size_t length)
{
  size_t at = 0;

  while (at < length && line[at] == ' ') {
    at++;
  }
  for (; at + 1 < length && at < INDENT_MOST; at++) {
    if (line[at] == ' ' && line[at + 1] == ' ') {
      at += strspn(line + at, " ");
      return at <= INDENT_MOST ? at : INDENT;
    }
  }
  return INDENT;
}

// The last blank at which `line` can be broken, behind `from` and within `room`, or the
// first one at all; `length` where there is none.
static size_t break_of(const char *line, size_t length, size_t from, size_t room)
{
  for (size_t at = room; at > from; at--) {
    if (line[at] == ' ') {
      return at;
    }
  }
  for (size_t at = room; at < length; at++) {
    if (line[at] == ' ') {
      return at;
    }
  }
  return length;
}

typedef struct writer {
  char *out;
  size_t bytes, used;
} writer;

static void write_bytes(writer *to, const char *bytes, size_t count)
{
  for (size_t i = 0; i < count && to->used + 1 < to->bytes; i++) {
    to->out[to->used++] = bytes ? bytes[i] : ' ';
  }
}

// Less than `indent` where a word would not fit behind it.
static size_t indent_for(size_t word, size_t indent, size_t columns)
{
  size_t rest = word < columns ? columns - word : 0;
  return rest < indent ? rest : indent;
}

static void wrap_line(writer *to, const char *line, size_t length, size_t columns)
{
  size_t indent = second_column(line, length);
  size_t lead = 0; // blanks already written before `line`
  size_t from = indent;

  while (lead + length > columns) {
    size_t cut = break_of(line, length, lead > 0 ? 0 : from, columns - lead);
    if (cut == length) {
      break;
    }
    size_t skipped = cut + strspn(line + cut, " ");
    lead = indent_for(strcspn(line + skipped, " \n"), indent, columns);
    write_bytes(to, line, cut);
    write_bytes(to, "\n", 1);
    write_bytes(to, NULL, lead);
    line += skipped;
    length -= skipped;
  }
  write_bytes(to, line, length);
}

void ls_wrap(char *out, size_t bytes, const char *text, int columns)
{
  writer to = {.out = out, .bytes = bytes};
  size_t width = columns > 2 * INDENT_MOST ? (size_t)columns : 2 * INDENT_MOST;

  while (*text) {
    size_t length = strcspn(text, "\n");
    wrap_line(&to, text, length, width);
    text += length;
    if (*text == '\n') {
      write_bytes(&to, text++, 1);
    }
  }
  to.out[to.used] = '\0';
}

static const char lower[] = "abcdefghijklmnopqrstuvwxyz_";

static bool is_record(const char *text)
{
  size_t kind = strspn(text, lower);
  size_t key = text[kind] == ' ' ? strspn(text + kind + 1, lower) : 0;

  return kind > 0 && key > 0 && text[kind + 1 + key] == '=';
}

static int digit_of(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void ls_wrap_decode(char *text)
{
  char *to = text;

  if (!is_record(text)) {
    return;
  }
  for (const char *from = text; *from; from++) {
    int high = *from == '%' ? digit_of(from[1]) : -1;
    int low = high >= 0 ? digit_of(from[2]) : -1;
    int byte = low >= 0 ? 16 * high + low : 0;
    if (byte == '\n') {
      memcpy(to, "\n  ", 3);
      to += 3;
      from += 2;
    } else if (byte >= ' ' && byte != 0x7f) {
      *to++ = (char)byte;
      from += 2;
    } else {
      // Another control byte could do anything to a terminal: it stays as it is
      // written.
      *to++ = *from;
    }
  }
  while (to > text && (to[-1] == ' ' || to[-1] == '\n')) {
    to--;
  }
  *to = '\0';
}
