#include "schedule/kind.h"

#include "lockstep/schedule_guide.h"

#include "base/assert.h"

#include <string.h>

// In the order in which people are shown them.
static const ls_family *const families[] = {
    &ls_family_plain,     &ls_family_warmup,  &ls_family_points,   &ls_family_decay,
    &ls_family_finite,    &ls_family_root,    &ls_family_restarts, &ls_family_cycle,
    &ls_family_one_cycle, &ls_family_plateau,
};

int ls_kind_count(void)
{
  int count = 0;
  for (int i = 0; i < LS_COUNT_OF(families); i++) {
    count += families[i]->count;
  }
  return count;
}

const ls_kind *ls_kind_get(int index)
{
  int family = 0;
  while (index >= families[family]->count) {
    index -= families[family++]->count;
    LS_ASSERT(family < LS_COUNT_OF(families));
  }
  return &families[family]->kinds[index];
}

static bool is_spelled(const char *known, const char *name, size_t length)
{
  return strlen(known) == length && memcmp(known, name, length) == 0;
}

const ls_kind *ls_kind_find(const char *name, size_t length)
{
  for (int i = 0; i < ls_kind_count(); i++) {
    if (is_spelled(ls_kind_get(i)->name, name, length)) {
      return ls_kind_get(i);
    }
  }
  return NULL;
}

int ls_kind_argument(const ls_kind *kind, const char *name, size_t length)
{
  for (int i = 0; i < kind->argument_count; i++) {
    if (is_spelled(kind->arguments[i].name, name, length)) {
      return i;
    }
  }
  return -1;
}
