#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool rank_speaks = true;
static bool people_are_quiet;

void ls_log_set(bool speaks, bool quiet)
{
  rank_speaks = speaks;
  people_are_quiet = quiet;
}

bool ls_log_talks(void)
{
  return rank_speaks && !people_are_quiet;
}

void ls_log_record(const char *format, ...)
{
  va_list arguments;

  if (!rank_speaks) {
    return;
  }
  va_start(arguments, format);
  (void)vprintf(format, arguments);
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
  (void)vfprintf(stderr, format, arguments);
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

bool ls_log_terminal(int *columns)
{
  const char *term = getenv("TERM");
  struct winsize size;

  *columns = 80;
  if (!isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0) {
    return false;
  }
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    *columns = size.ws_col;
  }
  return true;
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
