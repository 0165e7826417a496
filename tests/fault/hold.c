/**
 * Holds a process as a debugger does, for some seconds.
 *
 *   hold PROCESS SECONDS
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
  if (argc != 3) {
    (void)fprintf(stderr, "usage: hold PROCESS SECONDS\n");
    return 2;
  }
  pid_t process = (pid_t)strtol(argv[1], NULL, 10);
  if (ptrace(PTRACE_SEIZE, process, NULL, NULL) != 0 ||
      ptrace(PTRACE_INTERRUPT, process, NULL, NULL) != 0 ||
      waitpid(process, NULL, __WALL) != process) {
    perror("hold");
    return 1;
  }
  (void)sleep((unsigned)strtoul(argv[2], NULL, 10));
  return ptrace(PTRACE_DETACH, process, NULL, NULL) == 0 ? 0 : 1;
}
