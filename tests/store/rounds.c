#include "store/rounds.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t rounds_seed(void)
{
  const char *text = getenv("LOCKSTEP_TEST_ROUND");

  return text ? strtoull(text, NULL, 10) : 0;
}

int rounds_count(int count)
{
  const char *text = getenv("LOCKSTEP_TEST_COUNT");

  return text ? count * (int)strtol(text, NULL, 10) : count;
}

void rounds_print(void)
{
  (void)printf("drawn with LOCKSTEP_TEST_ROUND=%llu\n",
               (unsigned long long)rounds_seed());
}
