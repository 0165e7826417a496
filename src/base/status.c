#include "lockstep/status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char message[1024];

ls_status ls_fail(ls_status status, const char *format, ...)
{
  // An argument may be the old message, so the new one is built beside it.
  char text[sizeof message];
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  for (size_t i = 0; i < sizeof text; i++) {
    message[i] = text[i];
    if (text[i] == '\0') {
      break;
    }
  }
  return status;
}

const char *ls_status_message(void)
{
  return message;
}

const char *ls_status_meaning(ls_status status)
{
  switch (status) {
#define LS_STATUS_MEANING(name, exit_code, meaning)                                    \
  case name:                                                                           \
    return meaning;
    LS_STATUS_LIST(LS_STATUS_MEANING)
#undef LS_STATUS_MEANING
  }
  return "unknown status";
}

int ls_status_exit_code(ls_status status)
{
  switch (status) {
#define LS_STATUS_EXIT(name, exit_code, meaning)                                       \
  case name:                                                                           \
    return exit_code;
    LS_STATUS_LIST(LS_STATUS_EXIT)
#undef LS_STATUS_EXIT
  }
  return 70;
}
