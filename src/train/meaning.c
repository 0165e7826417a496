#include "train/meaning.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/number.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum value_kind { TEXT, COUNT, NUMBER, SEED } value_kind;

typedef struct entry {
  const char *name;
  value_kind kind;
  size_t offset;
} entry;

static const entry entries[] = {
#define ENTRY(name, kind, field) {name, kind, offsetof(ls_train_config, field)},
    LS_TRAIN_MEANING_LIST(ENTRY)
#undef ENTRY
};

enum { VALUE_BYTES = 200 }; // of anything but a text

// The entry's value as it stands in the text, without encoding.  Texts are borrowed.
static const char *value_of(const ls_train_config *config, const entry *e, char *buffer)
{
  const void *field = (const char *)config + e->offset;

  switch (e->kind) {
  case TEXT: {
    const char *text = *(const char *const *)field;
    return text ? text : "";
  }
  case COUNT:
    (void)snprintf(buffer, VALUE_BYTES, "%" PRId64, *(const int64_t *)field);
    break;
  case SEED:
    (void)snprintf(buffer, VALUE_BYTES, "%" PRIu64, *(const uint64_t *)field);
    break;
  case NUMBER:
    ls_number_write(buffer, *(const double *)field, false);
    break;
  }
  return buffer;
}

ls_status ls_meaning_write(char **out, const ls_train_config *config)
{
  char buffer[VALUE_BYTES];
  size_t bytes = 1;

  for (int i = 0; i < LS_TRAIN_MEANING_COUNT; i++) {
    const char *value = value_of(config, &entries[i], buffer);
    bytes += strlen(entries[i].name) + 3 * strlen(value) + 2;
  }
  char *text = ls_alloc(bytes, 1);
  *out = text;
  if (!text) {
    return LS_E_NOMEM;
  }
  size_t used = 0;
  for (int i = 0; i < LS_TRAIN_MEANING_COUNT; i++) {
    const char *value = value_of(config, &entries[i], buffer);
    used += (size_t)snprintf(text + used, bytes - used, "%s=", entries[i].name);
    ls_log_encode(text + used, bytes - used, value);
    used += strlen(text + used);
    used += (size_t)snprintf(text + used, bytes - used, "\n");
  }
  return LS_OK;
}

static int hex_digit(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Undoes ls_log_encode in place.
static bool decode(char *value)
{
  char *out = value;

  for (const char *in = value; *in; in++) {
    if (*in != '%') {
      *out++ = *in;
      continue;
    }
    int high = hex_digit(in[1]);
    int low = high < 0 ? -1 : hex_digit(in[2]);
    if (low < 0 || 16 * high + low == 0) {
      return false;
    }
    *out++ = (char)(16 * high + low);
    in += 2;
  }
  *out = '\0';
  return true;
}

static bool set_value(ls_train_config *config, const entry *e, const char *value)
{
  void *field = (char *)config + e->offset;
  char *end = NULL;

  switch (e->kind) {
  case TEXT:
    *(const char **)field = value;
    return true;
  case COUNT:
    *(int64_t *)field = strtoll(value, &end, 10);
    break;
  case SEED:
    *(uint64_t *)field = strtoull(value, &end, 10);
    break;
  case NUMBER:
    *(double *)field = strtod(value, &end);
    break;
  }
  return end != value && *end == '\0';
}

static const entry *find_entry(const char *name)
{
  for (int i = 0; i < LS_TRAIN_MEANING_COUNT; i++) {
    if (strcmp(entries[i].name, name) == 0) {
      return &entries[i];
    }
  }
  return NULL;
}

// Whether the caller judges a difference of this entry, because there are ways to ask
// for it.
static bool may_differ(const entry *e)
{
  ptrdiff_t index = e - entries;
  return index == LS_TRAIN_MEANING_epochs || index == LS_TRAIN_MEANING_schedule ||
         index == LS_TRAIN_MEANING_lr;
}

// One line, already split: takes the stored value, or notes how it differs from what
// was asked for.
static ls_status merge_entry(ls_train_config *config, const entry *e,
                             const char *stored, char *differences, size_t bytes)
{
  char buffer[VALUE_BYTES];
  bool given = (config->given >> (e - entries) & 1) != 0;
  const char *asked = value_of(config, e, buffer);
  size_t used = strlen(differences);

  if (!given) {
    return set_value(config, e, stored)
               ? LS_OK
               : ls_fail(LS_E_FORMAT, "stored configuration: '%s' is no %s", stored,
                         e->name);
  }
  if (!may_differ(e) && strcmp(asked, stored) != 0) {
    (void)snprintf(differences + used, bytes - used, "%s--%s: stored %s, asked %s",
                   used ? "; " : "", e->name, stored, asked);
  }
  return LS_OK;
}

ls_status ls_meaning_merge(ls_train_config *config, char *storage, const char *text)
{
  char differences[768] = "";
  char *rest = NULL;

  memcpy(storage, text, strlen(text) + 1);
  for (char *line = strtok_r(storage, "\n", &rest); line;
       line = strtok_r(NULL, "\n", &rest)) {
    char *equals = strchr(line, '=');
    if (!equals) {
      return ls_fail(LS_E_FORMAT, "stored configuration: '%s' has no '='", line);
    }
    *equals = '\0';
    const entry *e = find_entry(line);
    if (!e || !decode(equals + 1)) {
      return ls_fail(LS_E_FORMAT, "stored configuration: '%s' is not known here", line);
    }
    LS_TRY(merge_entry(config, e, equals + 1, differences, sizeof differences));
  }
  if (*differences) {
    return ls_fail(LS_E_ARG, "the stored run is another one: %s", differences);
  }
  return LS_OK;
}
