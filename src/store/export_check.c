#include "store/export.h"

#include "store/directory.h"
#include "store/seal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Of a run's own files, or one that it looks for.
static bool is_run_name(const char *name)
{
  int64_t step;

  return ls_directory_step(&step, name) || strcmp(name, "lock") == 0 ||
         strcmp(name, "status") == 0 || strcmp(name, "STOP") == 0;
}

static bool is_sealed(const char *path, off_t length)
{
  uint8_t tail[LS_SEAL_BYTES];
  int fd = length > LS_SEAL_BYTES
               ? open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
               : -1;
  bool sealed =
      fd >= 0 &&
      pread(fd, tail, sizeof tail, length - LS_SEAL_BYTES) == (ssize_t)sizeof tail &&
      ls_seal_fits(tail, (size_t)length);

  if (fd >= 0) {
    (void)close(fd); // nothing was written through it
  }
  return sealed;
}

ls_status ls_export_check(const char *path)
{
  const char *slash = strrchr(path, '/');
  struct stat about;

  bool exists = lstat(path, &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) {
    return ls_fail(LS_E_USAGE, "'%s' is there and not a regular file", path);
  }
  // By name also where nothing is yet: it would stand in a later run's way.
  if (is_run_name(slash ? slash + 1 : path) ||
      (exists && is_sealed(path, about.st_size))) {
    return ls_fail(LS_E_USAGE,
                   "'%s' is a checkpoint or another file of a run, which an export "
                   "never writes",
                   path);
  }
  // What else is wrong is said when it is written.
  return LS_OK;
}
