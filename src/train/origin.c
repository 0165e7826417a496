#include "train/origin.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_directory(const char *path)
{
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_same_file(const char *left, const char *right)
{
  struct stat a;
  struct stat b;
  return stat(left, &a) == 0 && stat(right, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

// The last name in a path, without slashes at its end.
static void base_name(char *name, size_t bytes, const char *path)
{
  size_t end = strlen(path);

  while (end > 1 && path[end - 1] == '/') {
    end--;
  }
  size_t begin = end;
  while (begin > 0 && path[begin - 1] != '/') {
    begin--;
  }
  (void)snprintf(name, bytes, "%.*s", (int)(end - begin), path + begin);
}

// --out, or the directory of what is resumed, or a new one.
static void choose_directory(char *directory, const ls_train_config *config)
{
  char job[256];
  char stamp[32];
  const char *slash = config->resume ? strrchr(config->resume, '/') : NULL;

  if (config->out) {
    (void)snprintf(directory, LS_PATH_BYTES, "%s", config->out);
  } else if (config->resume && is_directory(config->resume)) {
    (void)snprintf(directory, LS_PATH_BYTES, "%s", config->resume);
  } else if (slash) {
    (void)snprintf(directory, LS_PATH_BYTES, "%.*s",
                   slash == config->resume ? 1 : (int)(slash - config->resume),
                   config->resume);
  } else if (config->resume) {
    (void)snprintf(directory, LS_PATH_BYTES, ".");
  } else {
    base_name(job, sizeof job, config->data);
    ls_clock_stamp(stamp, sizeof stamp);
    (void)snprintf(directory, LS_PATH_BYTES, "runs/%s-%s", stamp, job);
  }
}

static void say_refused(void *context, const char *path, const char *reason)
{
  (void)context;
  (void)path; // the reason names it
  ls_log_warn("refused: %s", reason);
}

// How many checkpoints the directory holds, and the newest one's step.
static ls_status look(const char *directory, size_t *count, int64_t *newest)
{
  ls_store_file *files = NULL;

  LS_TRY(ls_store_list(&files, count, directory));
  *newest = *count > 0 ? files[0].step : 0;
  ls_store_list_free(files);
  return LS_OK;
}

static ls_status begin_new(const ls_origin *origin)
{
  size_t count = 0;
  int64_t newest = 0;

  LS_TRY(look(origin->directory, &count, &newest));
  if (count > 0) {
    return ls_fail(LS_E_ARG,
                   "'%s' already holds a run (step %lld): go on with --resume %s, or "
                   "choose another --out",
                   origin->directory, (long long)newest, origin->directory);
  }
  return LS_OK;
}

// Whether the path is of a file right in the directory.
static bool is_in(const char *path, const char *directory)
{
  char parent[LS_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  int length = slash ? (int)(slash - path) + 1 : 1;

  (void)snprintf(parent, sizeof parent, "%.*s", length, slash ? path : ".");
  return is_same_file(parent, directory);
}

// Later checkpoints of another branch would win the next resume, and those of another
// run are not ours to prune.
static ls_status check_branch(ls_origin *origin, const ls_train_config *config)
{
  size_t count = 0;
  int64_t newest = 0;

  LS_TRY(look(origin->directory, &count, &newest));
  if (count > 0 && !is_in(origin->path, origin->directory)) {
    return ls_fail(LS_E_ARG,
                   "'%s' already holds a run (step %lld), which '%s' is not of: choose "
                   "another --out",
                   origin->directory, (long long)newest, origin->path);
  }
  if (count == 0 || newest <= origin->checkpoint->step) {
    return LS_OK;
  }
  if (config->discard_newer) {
    origin->discards_newer = true;
    return LS_OK;
  }
  return ls_fail(LS_E_ARG,
                 "'%s' holds later checkpoints (step %lld) than '%s' (step %lld): "
                 "choose another --out, or delete them with --discard-newer",
                 origin->directory, (long long)newest, origin->path,
                 (long long)origin->checkpoint->step);
}

static ls_status resume_directory(ls_origin *origin, const char *directory)
{
  if (!is_directory(directory)) {
    return ls_fail(LS_E_MISSING, "nothing to resume: there is no '%s'", directory);
  }
  return ls_store_load_newest(&origin->checkpoint, origin->path, directory, say_refused,
                              NULL);
}

static ls_status load_file(ls_origin *origin, const ls_train_config *config)
{
  (void)snprintf(origin->path, sizeof origin->path, "%s", config->resume);
  LS_TRY(ls_checkpoint_load(&origin->checkpoint, config->resume));
  return check_branch(origin, config);
}

// The newest of a directory, later than which there is only what was refused and named:
// no other branch, but damage.
static ls_status load_newest(ls_origin *origin, const ls_train_config *config)
{
  size_t count = 0;
  int64_t newest = 0;

  if (config->discard_newer) {
    ls_log_warn("--discard-newer deletes nothing: --resume %s takes the newest "
                "checkpoint, --resume FILE an earlier one",
                config->resume);
  }
  if (strcmp(config->resume, "auto") == 0) {
    LS_TRY(look(origin->directory, &count, &newest));
    return count > 0 ? resume_directory(origin, origin->directory) : LS_OK;
  }
  LS_TRY(resume_directory(origin, config->resume));
  return is_same_file(config->resume, origin->directory) ? LS_OK
                                                         : check_branch(origin, config);
}

static ls_status load(ls_origin *origin, const ls_train_config *config)
{
  if (!config->resume) {
    return begin_new(origin);
  }
  return strcmp(config->resume, "auto") == 0 || is_directory(config->resume)
             ? load_newest(origin, config)
             : load_file(origin, config);
}

static ls_status open_here(ls_origin *origin, const ls_train_config *config)
{
  ls_store_config store = {.directory = origin->directory,
                           .keep = (int)config->keep,
                           .keep_best = config->keep_best};
  struct stat info;

  if (config->resume && strcmp(config->resume, "auto") == 0 && !config->out) {
    return ls_fail(LS_E_ARG, "--resume auto needs --out, the run's directory");
  }
  if (config->resume && strcmp(config->resume, "auto") != 0 &&
      stat(config->resume, &info) != 0) {
    return ls_fail(errno == ENOENT ? LS_E_MISSING : LS_E_IO,
                   "nothing to resume: cannot open '%s': %s", config->resume,
                   strerror(errno));
  }
  choose_directory(origin->directory, config);
  if (ls_fault("origin.open", 0)) {
    return ls_fail(LS_E_IO, "fault point 'origin.open'");
  }
  if (!config->dry_run) {
    // Refused before the directory is made or locked where that is enough to know.
    if (!config->resume) {
      LS_TRY(begin_new(origin));
    }
    LS_TRY(ls_store_open(&origin->store, &store));
    if (*ls_store_takeover(origin->store)) {
      ls_log_warn("%s", ls_store_takeover(origin->store));
    }
  }
  return load(origin, config);
}

ls_status ls_origin_discard_newer(const ls_origin *origin)
{
  return origin->store && origin->discards_newer
             ? ls_store_discard_newer(origin->store, origin->step)
             : LS_OK;
}

ls_status ls_origin_share_text(ls_comm *comm, char **text)
{
  int64_t length = *text ? (int64_t)strlen(*text) : -1;
  bool first = ls_comm_rank(comm) == 0;
  ls_status status = LS_OK;

  ls_comm_broadcast(comm, &length, sizeof length);
  if (length < 0) {
    *text = first ? *text : NULL;
    return LS_OK;
  }
  if (!first) {
    *text = ls_alloc((size_t)length + 1, 1);
    status = *text ? LS_OK : LS_E_NOMEM;
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    ls_comm_broadcast(comm, *text, (size_t)length + 1);
  }
  return status;
}

static ls_status copy_text(char **out, const char *text)
{
  *out = ls_alloc_text(text, strlen(text));
  return *out ? LS_OK : LS_E_NOMEM;
}

static ls_status copy_head(ls_origin *origin)
{
  const ls_checkpoint *checkpoint = origin->checkpoint;

  origin->resumed = true;
  origin->base_rate = checkpoint->base_rate;
  origin->step = checkpoint->step;
  origin->history_count = checkpoint->history_count;
  memcpy(origin->data_digest, checkpoint->data_digest, sizeof origin->data_digest);
  LS_TRY(copy_text(&origin->configuration, checkpoint->configuration));
  LS_TRY(copy_text(&origin->resolved, checkpoint->resolved));
  return copy_text(&origin->fingerprint, checkpoint->fingerprint);
}

static ls_status share_head(ls_origin *origin, ls_comm *comm)
{
  ls_comm_broadcast(comm, &origin->resumed, sizeof origin->resumed);
  ls_comm_broadcast(comm, &origin->base_rate, sizeof origin->base_rate);
  ls_comm_broadcast(comm, &origin->step, sizeof origin->step);
  ls_comm_broadcast(comm, &origin->history_count, sizeof origin->history_count);
  ls_comm_broadcast(comm, origin->data_digest, sizeof origin->data_digest);
  LS_TRY(ls_origin_share_text(comm, &origin->configuration));
  LS_TRY(ls_origin_share_text(comm, &origin->resolved));
  return ls_origin_share_text(comm, &origin->fingerprint);
}

ls_status ls_origin_open(ls_origin *origin, ls_comm *comm,
                         const ls_train_config *config)
{
  ls_status status = LS_OK;

  *origin = (ls_origin){0};
  if (ls_comm_rank(comm) == 0) {
    status = open_here(origin, config);
    if (status == LS_OK && origin->checkpoint) {
      status = copy_head(origin);
    }
  }
  LS_TRY(ls_comm_agree(comm, status));
  return share_head(origin, comm);
}

void ls_origin_close(ls_origin *origin)
{
  ls_store_close(origin->store);
  ls_checkpoint_destroy(origin->checkpoint);
  ls_free(origin->configuration);
  ls_free(origin->resolved);
  ls_free(origin->fingerprint);
  *origin = (ls_origin){0};
}
