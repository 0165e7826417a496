/**
 * A run that only saves, as a program: `save_driver DIRECTORY KEEP FIRST LAST`.
 */

#include "store/save_run.h"

#include <stdlib.h>

int main(int count, char **arguments)
{
  if (count != 5) {
    return 2;
  }
  return save_run(arguments[1], atoi(arguments[2]), strtoll(arguments[3], NULL, 10),
                  strtoll(arguments[4], NULL, 10));
}
