#include "store/saved.h"

#include "base/alloc.h"
#include "store/sample.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char place[PLACE_BYTES];

int make_place(void **state)
{
  (void)state;
  place_make(place);
  return 0;
}

int remove_place(void **state)
{
  (void)state;
  place_remove(place);
  (void)unsetenv("LOCKSTEP_FAULT");
  return ls_alloc_live() == 0 ? 0 : -1;
}

const char *place_path(const char *name)
{
  static char path[2 * PLACE_BYTES];

  (void)snprintf(path, sizeof path, "%s/%s", place, name);
  return path;
}

ls_store *open_store(int keep, const char *keep_best)
{
  const ls_store_config config = {place, keep, keep_best};
  ls_store *store;

  if (ls_store_open(&store, &config) != LS_OK) {
    fail_msg("%s", ls_status_message());
  }
  return store;
}

ls_save_outcome save(ls_store *store, int64_t step)
{
  ls_sample *sample = sample_create(6, 3, 0, step);
  ls_save_outcome outcome;

  assert_int_equal(ls_store_save(store, sample_state(sample)), LS_OK);
  sample_destroy(sample);
  assert_true(ls_store_wait(&outcome, store));
  return outcome;
}

const char *steps(void)
{
  static char text[256];
  ls_store_file *files;
  size_t count;

  text[0] = '\0';
  assert_int_equal(ls_store_list(&files, &count, place), LS_OK);
  for (size_t i = 0; i < count; i++) {
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "%s%lld", i > 0 ? " " : "",
                   (long long)files[i].step);
  }
  ls_store_list_free(files);
  return text;
}
