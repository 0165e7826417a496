#include "data/find.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const fetch_hint =
    "scripts/fetch_mnist.sh fetches MNIST into data/mnist";

ls_status ls_find_path(char **path, const char *directory, const char *name)
{
  size_t bytes = strlen(directory) + 1 + strlen(name) + 1;

  *path = ls_alloc(bytes, 1);
  if (!*path) {
    return LS_E_NOMEM;
  }
  (void)snprintf(*path, bytes, "%s/%s", directory, name);
  return LS_OK;
}

static const char *kind_of(mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFDIR:
    return "a directory";
  case S_IFIFO:
    return "a FIFO";
  case S_IFCHR:
  case S_IFBLK:
    return "a device";
  case S_IFSOCK:
    return "a socket";
  default:
    return "something else";
  }
}

// Opens a regular file; *fd stays -1, with LS_OK, if there is nothing of that name.
static ls_status open_regular(int *fd, const char *path)
{
  struct stat about;

  if (stat(path, &about) != 0) {
    return errno == ENOENT
               ? LS_OK
               : ls_fail(LS_E_IO, "cannot open '%s': %s", path, strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) {
    return ls_fail(LS_E_IO, "'%s' is %s, expected a regular file", path,
                   kind_of(about.st_mode));
  }
  // O_NONBLOCK: should it become a FIFO meanwhile, this does not wait for a writer.
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (*fd < 0) {
    return ls_fail(LS_E_IO, "cannot open '%s': %s", path, strerror(errno));
  }
  return LS_OK;
}

static ls_status try_name(char **path, int *fd, const char *directory, const char *name)
{
  ls_free(*path);
  LS_TRY(ls_find_path(path, directory, name));
  return open_regular(fd, *path);
}

// Says what is missing: the directory, or the file in it.
static ls_status missing(const char *directory, const char *name)
{
  struct stat about;

  if (stat(directory, &about) != 0) {
    return ls_fail(LS_E_IO, "cannot open directory '%s': %s; %s", directory,
                   strerror(errno), fetch_hint);
  }
  if (!S_ISDIR(about.st_mode)) {
    return ls_fail(LS_E_IO, "'%s' is not a directory; %s", directory, fetch_hint);
  }
  return ls_fail(LS_E_IO, "no '%s' in '%s', raw or .gz; %s", name, directory,
                 fetch_hint);
}

ls_status ls_find(char **path, int *fd, bool *packed, const char *directory,
                  const char *name)
{
  char variant[64];
  size_t bytes = strlen(name);

  *path = NULL;
  *fd = -1;
  if (bytes + sizeof ".gz" > sizeof variant) {
    return ls_fail(LS_E_ARG, "'%s' is too long a name", name);
  }
  for (int i = 0; i < 4 && *fd < 0; i++) {
    char *dash = NULL;
    memcpy(variant, name, bytes + 1);
    dash = strstr(variant, "-idx");
    if (i >= 2 && dash) {
      *dash = '.';
    }
    *packed = i % 2 == 1;
    if (*packed) {
      memcpy(variant + bytes, ".gz", sizeof ".gz");
    }
    LS_TRY(try_name(path, fd, directory, variant));
  }
  return *fd < 0 ? missing(directory, name) : LS_OK;
}
