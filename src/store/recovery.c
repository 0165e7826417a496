#include "lockstep/recovery.h"

#include "store/durable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// Load one of a directory's files; its step must be the one its name says.
static ls_status load_named(ls_checkpoint **out, const char *path, int64_t step)
{
  LS_TRY(ls_checkpoint_load(out, path));
  if ((*out)->step != step) {
    ls_status status =
        ls_fail(LS_E_FORMAT, "'%s' holds step %lld", path, (long long)(*out)->step);
    ls_checkpoint_destroy(*out);
    *out = NULL;
    return status;
  }
  return LS_OK;
}

ls_status ls_store_load_newest(ls_checkpoint **out, char *path, const char *directory,
                               ls_store_refused refused, void *context)
{
  ls_store_file *files;
  size_t count;

  *out = NULL;
  path[0] = '\0';
  LS_TRY(ls_store_list(&files, &count, directory));
  ls_status status = count == 0
                         ? ls_fail(LS_E_MISSING, "no checkpoint in '%s'", directory)
                         : LS_E_FORMAT;
  for (size_t i = 0; i < count && status != LS_OK && status != LS_E_NOMEM; i++) {
    status = ls_durable_path(path, directory, files[i].name);
    if (status == LS_OK) {
      status = load_named(out, path, files[i].step);
    }
    if (status != LS_OK && refused) {
      refused(context, path, ls_status_message());
    }
  }
  ls_store_list_free(files);
  if (count > 0 && status != LS_OK && status != LS_E_NOMEM) {
    status = ls_fail(LS_E_DAMAGED, "none of the %zu checkpoints in '%s' is good", count,
                     directory);
  }
  return status;
}

static bool is_directory(const char *path)
{
  struct stat about;

  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

ls_status ls_store_find(ls_checkpoint **out, char *path, const char *file_or_directory,
                        ls_store_refused refused, void *context)
{
  if (is_directory(file_or_directory)) {
    return ls_store_load_newest(out, path, file_or_directory, refused, context);
  }
  *out = NULL;
  if (strlen(file_or_directory) >= LS_PATH_BYTES) {
    return ls_fail(LS_E_ARG, "the path '%.64s...' is too long", file_or_directory);
  }
  (void)snprintf(path, LS_PATH_BYTES, "%s", file_or_directory);
  return ls_checkpoint_load(out, path);
}

static ls_status verify_all(size_t *good, const ls_store_file *files, size_t count,
                            const char *directory, ls_store_refused told, void *context)
{
  for (size_t i = 0; i < count; i++) {
    char path[LS_PATH_BYTES];
    ls_checkpoint *found = NULL;
    LS_TRY(ls_durable_path(path, directory, files[i].name));
    ls_status status = load_named(&found, path, files[i].step);
    ls_checkpoint_destroy(found);
    if (status == LS_E_NOMEM) {
      return status;
    }
    told(context, path, status == LS_OK ? "ok" : ls_status_message());
    *good += status == LS_OK ? 1 : 0;
  }
  return LS_OK;
}

static ls_status verify_directory(const char *directory, ls_store_refused told,
                                  void *context)
{
  ls_store_file *files;
  size_t count;
  size_t good = 0;

  LS_TRY(ls_store_list(&files, &count, directory));
  ls_status status = verify_all(&good, files, count, directory, told, context);
  ls_store_list_free(files);
  LS_TRY(status);
  if (count == 0) {
    return ls_fail(LS_E_MISSING, "no checkpoint in '%s'", directory);
  }
  if (good < count) {
    return ls_fail(good == 0 ? LS_E_DAMAGED : LS_E_FORMAT,
                   "%zu of the %zu checkpoints in '%s' are damaged", count - good,
                   count, directory);
  }
  return LS_OK;
}

ls_status ls_store_verify(const char *file_or_directory, ls_store_refused told,
                          void *context)
{
  ls_checkpoint *found = NULL;

  if (is_directory(file_or_directory)) {
    return verify_directory(file_or_directory, told, context);
  }
  ls_status status = ls_checkpoint_load(&found, file_or_directory);
  ls_checkpoint_destroy(found);
  if (status == LS_OK) {
    told(context, file_or_directory, "ok");
  }
  return status;
}
