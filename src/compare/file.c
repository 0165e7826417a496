#include "compare/file.h"

#include "base/alloc.h"

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES_MAX = 16 << 20, PATH_BYTES = 4096, DIRECTORIES_OPEN = 16 };

ls_status ls_file_read(char **out, const char *path)
{
  FILE *file = fopen(path, "re");
  struct stat info;

  *out = NULL;
  if (!file) {
    return ls_fail(errno == ENOENT ? LS_E_MISSING : LS_E_IO, "cannot open '%s': %s",
                   path, strerror(errno));
  }
  ls_status status = LS_OK;
  if (fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_size > BYTES_MAX) {
    status = ls_fail(LS_E_IO, "'%s' is not a text file of at most 16 MiB", path);
  } else {
    size_t bytes = (size_t)info.st_size;
    *out = ls_alloc(bytes + 1, 1);
    if (!*out) {
      status = LS_E_NOMEM;
    } else if (fread(*out, 1, bytes, file) != bytes) {
      status = ls_fail(LS_E_IO, "cannot read '%s': %s", path, strerror(errno));
      ls_free(*out);
      *out = NULL;
    }
  }
  (void)fclose(file);
  return status;
}

ls_status ls_file_write(const char *path, const char *text)
{
  char temporary[PATH_BYTES + 32];

  // Parts of a comparison may write the same plan at the same time.
  (void)snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
  FILE *file = fopen(temporary, "we");
  if (!file) {
    return ls_fail(LS_E_IO, "cannot create '%s': %s", temporary, strerror(errno));
  }
  bool good = fputs(text, file) >= 0;
  good = fclose(file) == 0 && good;
  if (!good || rename(temporary, path) != 0) {
    ls_status status = ls_fail(LS_E_IO, "cannot write '%s': %s", path, strerror(errno));
    (void)unlink(temporary);
    return status;
  }
  return LS_OK;
}

ls_status ls_file_make_directory(const char *path)
{
  char part[PATH_BYTES];

  (void)snprintf(part, sizeof part, "%s", path);
  for (char *slash = part + 1; *slash; slash++) {
    if (*slash == '/') {
      *slash = '\0';
      (void)mkdir(part, 0777);
      *slash = '/';
    }
  }
  if (mkdir(part, 0777) != 0 && errno != EEXIST) {
    return ls_fail(LS_E_IO, "cannot create '%s': %s", path, strerror(errno));
  }
  return LS_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *place)
{
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

void ls_file_remove_tree(const char *path)
{
  (void)nftw(path, remove_one, DIRECTORIES_OPEN, FTW_DEPTH | FTW_PHYS);
}
