#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

static int assert_rank;
static void (*assert_end)(int exit_code);

void ls_assert_set_handler(int rank, void (*end)(int exit_code))
{
  assert_rank = rank;
  assert_end = end;
}

void ls_assert_fail(const char *condition, const char *file, int line)
{
  (void)fprintf(stderr, "lockstep: rank %d: bug at %s:%d: '%s' does not hold\n",
                assert_rank, file, line, condition);
  if (assert_end) {
    assert_end(70);
  }
  abort();
}
