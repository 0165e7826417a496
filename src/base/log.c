#include "base/log.h"

#include "base/terminal.h"
#include "base/wrap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool rank_speaks = true;
static bool people_are_quiet;
static bool records_are_hidden;

void ls_log_set(bool speaks, bool quiet)
{
  rank_speaks = speaks;
  people_are_quiet = quiet;
}

bool ls_log_talks(void)
{
  return rank_speaks && !people_are_quiet;
}

void ls_log_hide_records(bool hidden)
{
  records_are_hidden = hidden;
}

// Where the stream ends on a terminal: its width, found once.
static int columns_of(ls_stream stream)
{
  static int known[LS_STREAM_ERR + 1];
  int columns;

  if (known[stream] == 0) {
    known[stream] = ls_terminal_shows(stream, &columns) ? columns : -1;
  }
  return known[stream];
}

// For a terminal: long lines are broken, and a record's values can be read.  What does
// not fit here, a table of rates, has no such lines.
static void print_for_eyes(FILE *file, int columns, const char *format,
                           va_list arguments)
{
  char text[4096];
  char broken[2 * sizeof text];
  va_list again;

  va_copy(again, arguments);
  int length = vsnprintf(text, sizeof text, format, again);
  va_end(again);
  if (length < 0 || (size_t)length >= sizeof text) {
    (void)vfprintf(file, format, arguments);
    return;
  }
  ls_wrap_decode(text);
  ls_wrap(broken, sizeof broken, text, columns);
  (void)fputs(broken, file);
}

void ls_log_record(const char *format, ...)
{
  va_list arguments;

  if (!rank_speaks || records_are_hidden) {
    return;
  }
  va_start(arguments, format);
  int columns = columns_of(LS_STREAM_OUT);
  if (columns > 0) {
    print_for_eyes(stdout, columns, format, arguments);
  } else {
    (void)vprintf(format, arguments);
  }
  va_end(arguments);
  (void)putchar('\n');
  (void)fflush(stdout);
}

void ls_log_say(const char *format, ...)
{
  va_list arguments;

  if (!ls_log_talks()) {
    return;
  }
  va_start(arguments, format);
  int columns = columns_of(LS_STREAM_ERR);
  if (columns > 0) {
    print_for_eyes(stderr, columns, format, arguments);
  } else {
    (void)vfprintf(stderr, format, arguments);
  }
  va_end(arguments);
}

// One call to stdio a line, so that lines of several ranks do not mix.
static void print_line(const char *format, va_list arguments)
{
  char text[2048];

  (void)vsnprintf(text, sizeof text, format, arguments);
  (void)fprintf(stderr, "lockstep: %s\n", text);
}

void ls_log_warn(const char *format, ...)
{
  va_list arguments;

  if (!rank_speaks) {
    return;
  }
  va_start(arguments, format);
  print_line(format, arguments);
  va_end(arguments);
}

// One write, past stdio: another thread may be stuck while it holds stderr's lock.
void ls_log_alarm(const char *format, ...)
{
  char text[2048] = "lockstep: ";
  const size_t head = sizeof "lockstep: " - 1;
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(text + head, sizeof text - head - 1, format, arguments);
  va_end(arguments);
  size_t length = strlen(text);
  text[length] = '\n';
  if (write(STDERR_FILENO, text, length + 1) < 0) {
    return; // there is nobody left to tell
  }
}

void ls_log_encode(char *text, size_t bytes, const char *value)
{
  static const char digits[] = "0123456789ABCDEF";
  size_t used = 0;

  for (; *value; value++) {
    unsigned char byte = (unsigned char)*value;
    bool plain = byte > ' ' && byte != '%' && byte != '=' && byte != 0x7f;
    if (used + (plain ? 1 : 3) >= bytes) {
      break;
    }
    if (plain) {
      text[used++] = (char)byte;
    } else {
      text[used++] = '%';
      text[used++] = digits[byte >> 4];
      text[used++] = digits[byte & 15];
    }
  }
  text[used] = '\0';
}
