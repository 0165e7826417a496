#include "lockstep/recovery.h"

#include "store/durable.h"

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
