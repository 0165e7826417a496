#include "lockstep/store.h"
#include "store/durable.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

// Bytes free to this user where the directory is or will be: in the nearest that
// exists.
static ls_status free_bytes(int64_t *bytes, const char *directory)
{
  char path[LS_PATH_BYTES];
  struct statvfs about;

  LS_TRY(ls_durable_path(path, directory, ""));
  while (statvfs(path, &about) != 0) {
    char *slash = strrchr(path, '/');
    if (errno != ENOENT) {
      return ls_fail(LS_E_IO, "cannot see how full '%s' is: %s", directory,
                     strerror(errno));
    }
    if (!slash || slash == path) {
      memcpy(path, slash ? "/" : ".", 2);
    } else {
      *slash = '\0';
    }
  }
  *bytes = (int64_t)(about.f_bavail * about.f_frsize);
  return LS_OK;
}

ls_status ls_store_space(int64_t *need, int64_t *available,
                         const ls_store_config *config, int64_t saves,
                         int64_t file_bytes)
{
  ls_store_file *files;
  size_t count;

  LS_TRY(free_bytes(available, config->directory));
  LS_TRY(ls_store_list(&files, &count, config->directory));
  int64_t most = (int64_t)count + saves;
  int64_t kept = config->keep < most ? config->keep : most;
  *need = (kept + (config->keep_best ? 1 : 0) + 1) * file_bytes;
  // What is there counts too: the run will prune it.
  for (size_t i = 0; i < count; i++) {
    char path[LS_PATH_BYTES];
    struct stat about;
    if (ls_durable_path(path, config->directory, files[i].name) == LS_OK &&
        stat(path, &about) == 0) {
      *available += about.st_size;
    }
  }
  ls_store_list_free(files);
  return LS_OK;
}
