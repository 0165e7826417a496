#include "cli/schedule_history.h"

#include "base/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096, FIELDS_MAX = 64 };

// The columns that are looked for, and where each is; -1: nowhere.
enum { KIND, STEP, LOSS, ACCURACY, VAL_LOSS, VAL_ACCURACY, COLUMNS };
static const char *const names[COLUMNS] = {"kind",     "step",     "loss",
                                           "accuracy", "val_loss", "val_accuracy"};

typedef struct table {
  int places[COLUMNS];
  ls_metric_row *rows; // [room]
  int64_t count, room;
} table;

// Cut a line at its commas, in place.
static int cut_fields(char *line, char *fields[FIELDS_MAX])
{
  int count = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *next = line; next != NULL && count < FIELDS_MAX;) {
    fields[count++] = next;
    next = strchr(next, ',');
    if (next != NULL) {
      *next++ = '\0';
    }
  }
  return count;
}

static void find_columns(table *found, char *line)
{
  char *fields[FIELDS_MAX];
  int count = cut_fields(line, fields);
  for (int column = 0; column < COLUMNS; column++) {
    found->places[column] = -1;
    for (int i = 0; i < count; i++) {
      if (strcmp(fields[i], names[column]) == 0) {
        found->places[column] = i;
      }
    }
  }
}

static ls_status grow(table *found)
{
  if (found->count < found->room) {
    return LS_OK;
  }
  int64_t room = found->room > 0 ? 2 * found->room : 64;
  ls_metric_row *rows = ls_alloc((size_t)room, sizeof *rows);
  if (rows == NULL) {
    return LS_E_NOMEM;
  }
  if (found->count > 0) {
    memcpy(rows, found->rows, (size_t)found->count * sizeof *rows);
  }
  ls_free(found->rows);
  found->rows = rows;
  found->room = room;
  return LS_OK;
}

// What was not measured is empty, or not in the file at all.
static double metric(const table *found, char **fields, int count, int column)
{
  int place = found->places[column];
  return place >= 0 && place < count && fields[place][0] != '\0'
             ? strtod(fields[place], NULL)
             : (double)NAN;
}

static ls_status add_row(table *found, char *line, int number, const char *path)
{
  char *fields[FIELDS_MAX];
  int count = cut_fields(line, fields);
  int kind = found->places[KIND], place = found->places[STEP];
  if (kind >= 0 && (kind >= count || strcmp(fields[kind], "epoch") != 0)) {
    return LS_OK;
  }
  char *end = NULL;
  int64_t step = place < count ? strtoll(fields[place], &end, 10) : 0;
  if (end == NULL || end == fields[place] || *end != '\0') {
    return ls_fail(LS_E_FORMAT, "'%s' line %d: no step", path, number);
  }
  if (found->count > 0 && step <= found->rows[found->count - 1].step) {
    return ls_fail(LS_E_FORMAT, "'%s' line %d: step %" PRId64 " goes back", path,
                   number, step);
  }
  LS_TRY(grow(found));
  found->rows[found->count++] = (ls_metric_row){
      step, metric(found, fields, count, LOSS), metric(found, fields, count, ACCURACY),
      metric(found, fields, count, VAL_LOSS),
      metric(found, fields, count, VAL_ACCURACY)};
  return LS_OK;
}

static ls_status read_table(table *found, FILE *file, const char *path)
{
  char line[LINE_BYTES];
  if (fgets(line, sizeof line, file) != NULL) {
    find_columns(found, line);
  }
  if (found->places[STEP] < 0) {
    return ls_fail(LS_E_FORMAT, "'%s': its first line names no column 'step'", path);
  }
  for (int number = 2; fgets(line, sizeof line, file) != NULL; number++) {
    LS_TRY(add_row(found, line, number, path));
  }
  return ferror(file) ? ls_fail(LS_E_IO, "cannot read '%s': %s", path, strerror(errno))
                      : LS_OK;
}

ls_status ls_schedule_history_read(ls_metric_row **rows, int64_t *count,
                                   const char *path)
{
  *rows = NULL;
  *count = 0;
  table found = {.places = {-1, -1, -1, -1, -1, -1}};
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    return ls_fail(LS_E_IO, "cannot open '%s': %s", path, strerror(errno));
  }
  ls_status status = read_table(&found, file, path);
  (void)fclose(file);
  if (status != LS_OK) {
    ls_free(found.rows);
    return status;
  }
  *rows = found.rows;
  *count = found.count;
  return LS_OK;
}
