#include "compare/process.h"

#include "compare/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_STARTED = 127 };

typedef struct outputs {
  char records[LS_COMPARE_PATH + 16];
  char messages[LS_COMPARE_PATH + 16];
} outputs;

static bool redirect(int to, const char *path, int flags)
{
  int file = open(path, flags | O_CLOEXEC, 0666);
  return file >= 0 && dup2(file, to) == to;
}

// In the new process.  Its parent waits at `tell` for a failure or for exec to close
// it.
static void become(const outputs *files, const char **words, pid_t parent, int tell)
{
  const int anew = O_WRONLY | O_CREAT | O_TRUNC;
  sigset_t none;
  // The words are not changed; the old interface cannot say so.
  union {
    const char **in;
    char **out;
  } arguments = {words};

  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
  (void)setpgid(0, 0);
  (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
  // One whose parent was gone before that call would never be told.
  errno = ESRCH;
  if (getppid() == parent && redirect(STDIN_FILENO, "/dev/null", O_RDONLY) &&
      redirect(STDOUT_FILENO, files->records, anew) &&
      redirect(STDERR_FILENO, files->messages, anew)) {
    (void)execvp(words[0], arguments.out);
  }
  int failure = errno;
  ssize_t told = write(tell, &failure, sizeof failure);
  _exit(told == sizeof failure ? NOT_STARTED : NOT_STARTED - 1);
}

int ls_process_start(pid_t *pid, const char *directory, const char **words)
{
  outputs files;
  int ends[2];
  int failure = 0;
  pid_t parent = getpid();

  (void)snprintf(files.records, sizeof files.records, "%s/records", directory);
  (void)snprintf(files.messages, sizeof files.messages, "%s/messages", directory);
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return errno;
  }
  *pid = fork();
  if (*pid == 0) {
    become(&files, words, parent, ends[1]);
  }
  failure = *pid < 0 ? errno : 0;
  (void)close(ends[1]);
  if (*pid > 0 && read(ends[0], &failure, sizeof failure) == sizeof failure) {
    (void)waitpid(*pid, NULL, 0);
  }
  (void)close(ends[0]);
  return failure;
}
