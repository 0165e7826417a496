#include "base/terminal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 64 };

// mpirun's switches that put a word before each line: nothing can be drawn over then.
static bool launcher_tags_lines(void)
{
  static const char *const switches[] = {"OMPI_MCA_orte_tag_output",
                                         "OMPI_MCA_orte_timestamp_output",
                                         "OMPI_MCA_orte_xml_output"};

  for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
    const char *value = getenv(switches[i]);
    if (value && strcmp(value, "0") != 0) {
      return true;
    }
  }
  return false;
}

// Whether the parent process holds the other end of this process's pipe.
static bool parent_reads(int descriptor)
{
  char path[PATH_BYTES];
  struct stat own;
  struct stat other;
  bool found = false;

  if (fstat(descriptor, &own) != 0 || !S_ISFIFO(own.st_mode)) {
    return false;
  }
  (void)snprintf(path, sizeof path, "/proc/%ld/fd", (long)getppid());
  DIR *directory = opendir(path);
  if (!directory) {
    return false;
  }
  for (struct dirent *entry; !found && (entry = readdir(directory)) != NULL;) {
    found = fstatat(dirfd(directory), entry->d_name, &other, 0) == 0 &&
            other.st_dev == own.st_dev && other.st_ino == own.st_ino;
  }
  (void)closedir(directory);
  return found;
}

// The launcher's own stream, opened anew; -1 where it is no device, so no terminal.
static int open_launchers(ls_stream stream)
{
  char path[PATH_BYTES];
  struct stat about;

  (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getppid(), (int)stream);
  if (stat(path, &about) != 0 || !S_ISCHR(about.st_mode)) {
    return -1;
  }
  return open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static bool is_terminal(int descriptor, int *columns)
{
  struct winsize size;

  if (descriptor < 0 || !isatty(descriptor)) {
    return false;
  }
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    *columns = size.ws_col;
  }
  return true;
}

bool ls_terminal_shows(ls_stream stream, int *columns)
{
  *columns = 80;
  if (!getenv("OMPI_COMM_WORLD_RANK")) {
    return is_terminal(stream, columns);
  }
  // A rank's stdout may have been sent to a file behind the launcher's back.
  if (launcher_tags_lines() || !parent_reads(LS_STREAM_ERR) ||
      (stream == LS_STREAM_OUT && !isatty(stream))) {
    return false;
  }
  int descriptor = open_launchers(stream);
  bool shows = is_terminal(descriptor, columns);
  if (descriptor >= 0) {
    (void)close(descriptor);
  }
  return shows;
}

bool ls_terminal_redraws(void)
{
  const char *term = getenv("TERM");

  return term && *term && strcmp(term, "dumb") != 0;
}
