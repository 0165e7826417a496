#include "base/clock.h"

#include "base/assert.h"

#include <errno.h>
#include <time.h>

double ls_clock_seconds(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double ls_clock_unix_seconds(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ls_clock_sleep(double seconds)
{
  struct timespec left = {.tv_sec = (time_t)seconds};

  left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

void ls_clock_stamp(char *text, size_t bytes)
{
  time_t now = time(NULL);
  struct tm fields;

  LS_ASSERT(bytes >= 16);
  text[0] = '\0';
  if (localtime_r(&now, &fields)) {
    (void)strftime(text, bytes, "%Y%m%d-%H%M%S", &fields);
  }
}

void ls_clock_date(char *text, size_t bytes, int64_t seconds)
{
  time_t then = (time_t)seconds;
  struct tm fields;

  LS_ASSERT(bytes >= 20);
  text[0] = '\0';
  if (localtime_r(&then, &fields)) {
    (void)strftime(text, bytes, "%Y-%m-%dT%H:%M:%S", &fields);
  }
}
