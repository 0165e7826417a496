#include "lockstep/store.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/fault.h"
#include "store/directory.h"
#include "store/durable.h"
#include "store/lock.h"
#include "store/mold.h"
#include "store/retention.h"
#include "store/state.h"
#include "store/writer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct ls_store {
  char directory[LS_PATH_BYTES];
  int keep;
  char keep_best[LS_NAME_BYTES]; /* "": no metric */
  int made;                      /* directories, for this run */
  ls_lock *lock;
  ls_writer *writer;
  bool has_save; /* its outcome was not taken yet */

  // The rest belongs to the writer's thread while it is busy.
  ls_kept *kept; /* [kept_room], newest first */
  size_t kept_count;
  size_t kept_room;
  ls_mold mold;
  ls_kept saved; /* what the mold's image is */
  ls_save_outcome outcome;
};

// Put a checkpoint into its place, or over the one of the same step.
static void remember(ls_store *store, ls_kept file)
{
  size_t i = 0;

  while (i < store->kept_count && store->kept[i].step > file.step) {
    i++;
  }
  if (i == store->kept_count || store->kept[i].step != file.step) {
    LS_ASSERT(store->kept_count < store->kept_room);
    memmove(store->kept + i + 1, store->kept + i,
            (store->kept_count - i) * sizeof *store->kept);
    store->kept_count++;
  }
  store->kept[i] = file;
}

static void forget(ls_store *store, size_t index)
{
  store->kept_count--;
  memmove(store->kept + index, store->kept + index + 1,
          (store->kept_count - index) * sizeof *store->kept);
}

// Room for one more, so that the writer's thread never allocates.
static ls_status reserve(ls_store *store, size_t count)
{
  if (count <= store->kept_room) {
    return LS_OK;
  }
  ls_kept *larger = ls_alloc(2 * count, sizeof *larger);
  if (!larger) {
    return LS_E_NOMEM;
  }
  if (store->kept_count > 0) {
    memcpy(larger, store->kept, store->kept_count * sizeof *larger);
  }
  ls_free(store->kept);
  store->kept = larger;
  store->kept_room = 2 * count;
  return LS_OK;
}

static ls_status remove_step(const ls_store *store, int64_t step)
{
  char name[LS_NAME_BYTES];
  char path[LS_PATH_BYTES];

  ls_directory_name(name, step);
  LS_TRY(ls_durable_path(path, store->directory, name));
  if (ls_fault("store.prune", 0)) {
    return ls_fail(LS_E_IO, "fault point 'store.prune'");
  }
  if (unlink(path) != 0 && errno != ENOENT) {
    return ls_fail(LS_E_IO, "cannot remove '%s': %s", path, strerror(errno));
  }
  return LS_OK;
}

// In the writer's thread: older files go, after the new one is acknowledged.
static ls_status prune(ls_store *store)
{
  for (;;) {
    size_t next = ls_retention_next(store->kept, store->kept_count, store->keep);
    if (next == store->kept_count) {
      return LS_OK;
    }
    LS_TRY(remove_step(store, store->kept[next].step));
    forget(store, next);
  }
}

// In the writer's thread: the whole of a save that is not HDF5's.
static void write_save(void *context)
{
  ls_store *store = context;
  ls_save_outcome *outcome = &store->outcome;
  char name[LS_NAME_BYTES];
  double start = ls_clock_seconds();

  *outcome = (ls_save_outcome){.step = store->saved.step};
  ls_directory_name(name, store->saved.step);
  ls_image_seal(&store->mold.image);
  const ls_durable file = {store->directory, name, store->mold.image.bytes,
                           store->mold.image.length};
  outcome->status = ls_durable_path(outcome->path, store->directory, name);
  if (outcome->status == LS_OK) {
    outcome->status = ls_durable_write(&file, &outcome->visible);
  }
  if (outcome->status != LS_OK) {
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%s", ls_status_message());
  } else {
    remember(store, store->saved);
    if (prune(store) != LS_OK) {
      (void)snprintf(outcome->warning, sizeof outcome->warning, "%s",
                     ls_status_message());
    }
  }
  outcome->seconds = ls_clock_seconds() - start;
}

// What is there already: which files are good, and how good.
static ls_status look_around(ls_store *store)
{
  ls_store_file *files;
  size_t count;

  LS_TRY(ls_store_list(&files, &count, store->directory));
  ls_status status = reserve(store, count + 1);
  for (size_t i = 0; i < count && status == LS_OK; i++) {
    char path[LS_PATH_BYTES];
    ls_checkpoint *found = NULL;
    ls_kept kept = {files[i].step, NAN, false};

    status = ls_durable_path(path, store->directory, files[i].name);
    ls_status loaded = status == LS_OK ? ls_checkpoint_load(&found, path) : LS_OK;
    if (loaded == LS_E_NOMEM) {
      status = loaded;
    }
    if (found && found->step == files[i].step) {
      kept.is_good = true;
      kept.merit = ls_state_merit(found, store->keep_best);
    }
    ls_checkpoint_destroy(found);
    remember(store, kept);
  }
  ls_store_list_free(files);
  return status;
}

static ls_status configure(ls_store *store, const ls_store_config *config)
{
  const char *metric = config->keep_best ? config->keep_best : "";

  if (config->keep < 1) {
    return ls_fail(LS_E_ARG, "at least 1 checkpoint must be kept, not %d",
                   config->keep);
  }
  if (*metric && !ls_state_knows_metric(metric)) {
    return ls_fail(LS_E_ARG,
                   "'%s' is not a metric: loss, accuracy, val_loss or "
                   "val_accuracy",
                   metric);
  }
  if (strlen(config->directory) + LS_NAME_BYTES >= LS_PATH_BYTES) {
    return ls_fail(LS_E_ARG, "the path '%.64s...' is too long", config->directory);
  }
  (void)snprintf(store->directory, sizeof store->directory, "%s", config->directory);
  (void)snprintf(store->keep_best, sizeof store->keep_best, "%s", metric);
  store->keep = config->keep;
  return LS_OK;
}

ls_status ls_store_open(ls_store **out, const ls_store_config *config)
{
  ls_store *store = ls_alloc(1, sizeof *store);
  ls_status status = store ? LS_OK : LS_E_NOMEM;

  if (status == LS_OK && (status = configure(store, config)) == LS_OK &&
      (status = ls_directory_make(&store->made, store->directory)) == LS_OK &&
      (status = ls_lock_take(&store->lock, store->directory)) == LS_OK &&
      (status = ls_directory_sweep(store->directory)) == LS_OK &&
      (status = look_around(store)) == LS_OK) {
    status = ls_writer_create(&store->writer, write_save, store);
  }
  if (status != LS_OK) {
    ls_store_close(store);
    store = NULL;
  }
  *out = store;
  return status;
}

const char *ls_store_takeover(const ls_store *store)
{
  return ls_lock_takeover(store->lock);
}

ls_status ls_store_save(ls_store *store, const ls_checkpoint *checkpoint)
{
  LS_ASSERT(!store->has_save);
  LS_TRY(reserve(store, store->kept_count + 1));
  LS_TRY(ls_mold_pour(&store->mold, checkpoint));
  store->saved =
      (ls_kept){checkpoint->step, ls_state_merit(checkpoint, store->keep_best), true};
  store->has_save = true;
  ls_writer_start(store->writer);
  return LS_OK;
}

bool ls_store_poll(ls_save_outcome *out, ls_store *store)
{
  if (!store->has_save || !ls_writer_is_done(store->writer)) {
    return false;
  }
  *out = store->outcome;
  store->has_save = false;
  return true;
}

bool ls_store_wait(ls_save_outcome *out, ls_store *store)
{
  ls_writer_wait(store->writer);
  return ls_store_poll(out, store);
}

ls_status ls_store_write_status(ls_store *store, const char *line)
{
  char text[LS_REASON_BYTES];
  bool visible;

  LS_ASSERT(ls_writer_is_done(store->writer));
  int length = snprintf(text, sizeof text, "%s\n", line);
  if (length < 0 || (size_t)length >= sizeof text) {
    return ls_fail(LS_E_ARG, "the status line is longer than %d bytes",
                   LS_REASON_BYTES);
  }
  const ls_durable file = {store->directory, "status", (const uint8_t *)text,
                           (size_t)length};
  return ls_durable_write(&file, &visible);
}

ls_status ls_store_discard_newer(ls_store *store, int64_t step)
{
  LS_ASSERT(ls_writer_is_done(store->writer));
  while (store->kept_count > 0 && store->kept[0].step > step) {
    LS_TRY(remove_step(store, store->kept[0].step));
    forget(store, 0);
  }
  return ls_durable_sync_directory(store->directory);
}

void ls_store_close(ls_store *store)
{
  if (!store) {
    return;
  }
  ls_writer_destroy(store->writer);
  ls_mold_release(&store->mold);
  ls_lock_release(store->lock);
  ls_directory_unmake(store->directory, store->made);
  ls_free(store->kept);
  ls_free(store);
}
