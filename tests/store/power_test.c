/**
 * Power cuts, replayed: the operations of real saves are logged, and every state that a
 * cut may leave is looked at as a restart would.
 *
 * Two models.  Ordered: changes of names become durable in their order, as a journal
 * does it.  Strict: any subset of them.  In both, data that was not synced may be
 * there, missing, partly there, or zeros.
 *
 * The same log with a sync left out, or read without the seal, must fail: that is what
 * the last tests are for.
 */

#include "store/directory.h"
#include "store/disk.h"
#include "store/driven.h"
#include "store/image.h"
#include "store/reader.h"
#include "store/rounds.h"
#include "store/saved.h"
#include "store/seal.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS = 12, HASHES = 1 << 20 };

typedef struct experiment {
  bool strict;        /* any subset of names, not only what came first */
  bool no_file_sync;  /* the log without it */
  bool no_names_sync; /* the log without it */
  bool no_seal;       /* a reader that looks at HDF5 only */
} experiment;

typedef struct result {
  long states; /* all different */
  long lost;   /* an acknowledged save was */
  long wrong;  /* bytes were accepted that nobody wrote */
} result;

static ls_image images[STEPS + 1]; /* of step 100 i */
static uint8_t *log_bytes;
static size_t log_length;
static uint64_t hashes[HASHES];

static int seeds(void)
{
  return rounds_count(12);
}

static void read_log(const char *path)
{
  FILE *stream = fopen(path, "rb");

  assert_non_null(stream);
  assert_int_equal(fseek(stream, 0, SEEK_END), 0);
  log_length = (size_t)ftell(stream);
  rewind(stream);
  log_bytes = malloc(log_length);
  assert_non_null(log_bytes);
  assert_int_equal(fread(log_bytes, 1, log_length, stream), log_length);
  (void)fclose(stream);
}

// Saves that prune, a killed one, and a run that goes on after it.
static int record_a_run(void **state)
{
  char path[PLACE_BYTES + 8];

  (void)make_place(state);
  (void)snprintf(path, sizeof path, "%s.log", place);
  assert_int_equal(drive(&(drive_plan){2, 100, 500, 0, NULL, path, NULL}).status, 0);
  assert_int_not_equal(drive(&(drive_plan){2, 600, 700, 30, "torn", path, NULL}).status,
                       0);
  assert_int_equal(drive(&(drive_plan){2, 600, 1200, 0, NULL, path, NULL}).status, 0);
  read_log(path);
  (void)unlink(path);
  for (int i = 1; i <= STEPS; i++) {
    images[i] = sample_image(100 * i);
  }
  return 0;
}

static int forget_the_run(void **state)
{
  free(log_bytes);
  for (int i = 1; i <= STEPS; i++) {
    ls_image_release(&images[i]);
  }
  return remove_place(state);
}

// Whether the states were different so far.
static bool is_new(const disk_state *state)
{
  uint64_t hash = 14695981039346656037u;

  for (int i = 0; i < state->count; i++) {
    const disk_file *file = &state->files[i];
    for (const char *c = file->name; *c; c++) {
      hash = (hash ^ (uint8_t)*c) * 1099511628211u;
    }
    for (size_t j = 0; j < file->length; j += sizeof hash) {
      uint64_t word = 0;
      size_t rest = file->length - j;
      memcpy(&word, file->bytes + j, rest < sizeof word ? rest : sizeof word);
      hash = (hash ^ word) * 1099511628211u;
      hash ^= hash >> 29;
    }
  }
  size_t at = hash % HASHES;
  while (hashes[at] != 0 && hashes[at] != hash) {
    at = (at + 1) % HASHES;
  }
  bool fresh = hashes[at] == 0;
  hashes[at] = hash;
  return fresh;
}

static bool accepts(const disk_file *file, const experiment *how)
{
  ls_checkpoint *parsed = NULL;

  if (!how->no_seal) {
    return ls_seal_check(file->bytes, file->length) == LS_OK;
  }
  bool accepted =
      file->length > LS_SEAL_BYTES &&
      ls_reader_parse(&parsed, file->bytes, file->length - LS_SEAL_BYTES) == LS_OK;
  ls_checkpoint_destroy(parsed);
  return accepted;
}

// What a restart takes: the newest that it accepts.
static int64_t restart(const disk_state *state, const experiment *how, bool *wrong)
{
  int64_t newest = 0;

  *wrong = false;
  for (int i = 0; i < state->count; i++) {
    const disk_file *file = &state->files[i];
    int64_t step = 0;
    if (!ls_directory_step(&step, strrchr(file->name, '/') + 1) || step <= newest) {
      continue;
    }
    const ls_image *image = &images[step / 100];
    bool right = file->length == image->length &&
                 memcmp(file->bytes, image->bytes, image->length) == 0;
    if (right || accepts(file, how)) {
      newest = step;
      *wrong = !right;
    }
  }
  return newest;
}

static void look(result *found, const disk *all, uint64_t names, int64_t saved,
                 const experiment *how)
{
  for (int data = 0; data < DISK_DATA_COUNT; data++) {
    bool random = data >= DISK_PAGES;
    // A torn file that HDF5 takes has lost nothing but pages of weights: rare here.
    int draws = how->no_seal ? 3 * seeds() : seeds();
    for (int seed = 0; seed < (random ? draws : 1); seed++) {
      disk_state state;
      bool wrong;
      disk_cut(&state, all, names, (disk_data)data,
               rounds_seed() << 32 | (uint64_t)seed * 64);
      if (is_new(&state)) {
        int64_t step = restart(&state, how, &wrong);
        found->states++;
        found->lost += step < saved ? 1 : 0;
        found->wrong += wrong ? 1 : 0;
      }
      disk_state_release(&state);
    }
  }
}

// All the ways to cut the power now.
static void cut_here(result *found, const disk *all, int64_t saved,
                     const experiment *how)
{
  int pending = disk_pending(all);

  if (!how->strict) {
    for (int kept = 0; kept <= pending; kept++) {
      look(found, all, (UINT64_C(1) << kept) - 1, saved, how);
    }
    return;
  }
  // All subsets of the newest few; what came before them as a whole, and not at all.
  int most = how->no_names_sync ? 3 : 8;
  int free_bits = pending < most ? pending : most;
  uint64_t old = (UINT64_C(1) << (pending - free_bits)) - 1;
  for (uint64_t subset = 0; subset < UINT64_C(1) << free_bits; subset++) {
    look(found, all, subset << (pending - free_bits) | old, saved, how);
    if (old != 0) {
      look(found, all, subset << (pending - free_bits), saved, how);
    }
  }
}

static result replay(const experiment *how)
{
  result found = {0, 0, 0};
  disk *all = disk_create();
  int64_t saved = 0;

  memset(hashes, 0, sizeof hashes);
  for (size_t at = 0; at < log_length;) {
    shim_record record;
    memcpy(&record, log_bytes + at, sizeof record);
    at += sizeof record;
    bool skipped = (record.kind == SHIM_SYNC && how->no_file_sync) ||
                   (record.kind == SHIM_SYNC_NAMES && how->no_names_sync);
    if (record.kind == SHIM_SAVED) {
      saved = record.length;
    } else if (!skipped) {
      disk_apply(all, &record, log_bytes + at);
    }
    at += (size_t)record.data_bytes;
    cut_here(&found, all, saved, how);
  }
  disk_destroy(all);
  assert_int_equal(saved, 100 * STEPS);
  return found;
}

static result report(const char *name, const experiment *how)
{
  result found = replay(how);

  print_message("%s: %ld states, %ld acknowledged saves lost, %ld wrong accepted\n",
                name, found.states, found.lost, found.wrong);
  return found;
}

static void no_power_cut_loses_an_acknowledged_save(void **state)
{
  (void)state;
  result ordered = report("ordered", &(experiment){.strict = false});
  result strict = report("strict", &(experiment){.strict = true});

  assert_int_equal(ordered.lost + ordered.wrong, 0);
  assert_int_equal(strict.lost + strict.wrong, 0);
  assert_true(ordered.states + strict.states >= 2000);
}

static void without_the_files_sync_saves_are_lost(void **state)
{
  (void)state;
  result found = report("no file sync", &(experiment){.no_file_sync = true});

  assert_true(found.lost > 0);
  assert_int_equal(found.wrong, 0); // the seal still refuses what is damaged
}

static void without_the_directorys_sync_saves_are_lost(void **state)
{
  (void)state;
  experiment how = {.strict = true, .no_names_sync = true};

  assert_true(report("no directory sync", &how).lost > 0);
}

static void without_the_seal_wrong_weights_are_loaded(void **state)
{
  (void)state;
  experiment how = {.no_file_sync = true, .no_seal = true};

  assert_true(report("no file sync, no seal", &how).wrong > 0);
}

int main(int count, char **arguments)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_power_cut_loses_an_acknowledged_save),
      cmocka_unit_test(without_the_files_sync_saves_are_lost),
      cmocka_unit_test(without_the_directorys_sync_saves_are_lost),
      cmocka_unit_test(without_the_seal_wrong_weights_are_loaded),
  };
  if (count < 1 || drive_ready(arguments) != 0) {
    return 1;
  }
  rounds_print();
  return cmocka_run_group_tests_name("power", tests, record_a_run, forget_the_run);
}
