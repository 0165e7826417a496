#include "cli/option.h"

#include "base/assert.h"
#include "base/nearest.h"
#include "cli/option_help.h"
#include "cli/option_value.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 64, FIRST_LONG = 256, HELP = 512 };

// getopt's view of the table: long option i has the value FIRST_LONG + i.
typedef struct getopt_tables {
  struct option longs[OPTIONS_MAX + 2];
  char shorts[2 * OPTIONS_MAX + 4];
} getopt_tables;

static void fill_getopt(getopt_tables *out, const ls_option_table *table)
{
  size_t used = 0;

  memset(out, 0, sizeof *out);
  out->shorts[used++] = ':';
  for (int i = 0; i < table->count; i++) {
    const ls_option *option = &table->options[i];
    int takes = option->kind == LS_OPTION_FLAG ? no_argument : required_argument;
    out->longs[i] = (struct option){option->name, takes, NULL, FIRST_LONG + i};
    if (option->letter) {
      out->shorts[used++] = option->letter;
      if (takes == required_argument) {
        out->shorts[used++] = ':';
      }
    }
  }
  out->shorts[used++] = 'h';
  out->longs[table->count] = (struct option){"help", no_argument, NULL, HELP};
}

static int index_of(const ls_option_table *table, int found)
{
  if (found >= FIRST_LONG) {
    return found - FIRST_LONG;
  }
  for (int i = 0; i < table->count; i++) {
    if (table->options[i].letter == found) {
      return i;
    }
  }
  return -1;
}

static ls_status fail_unknown(const ls_option_table *table, const char *word)
{
  const char *guess;
  char typed[64];

  if (strncmp(word, "--", 2) != 0) {
    return ls_fail(LS_E_USAGE, "'%s' is not an option (see --help)", word);
  }
  (void)snprintf(typed, sizeof typed, "%.*s", (int)strcspn(word + 2, "="), word + 2);
  guess = ls_nearest(typed, NULL, "help");
  for (int i = 0; i < table->count; i++) {
    guess = ls_nearest(typed, guess, table->options[i].name);
  }
  if (guess) {
    return ls_fail(LS_E_USAGE, "'--%s' is not an option (did you mean '--%s'?)", typed,
                   guess);
  }
  return ls_fail(LS_E_USAGE, "'--%s' is not an option (see --help)", typed);
}

static ls_status check_operands(ls_option_result *result, const ls_option_table *table,
                                int argc, char **argv)
{
  result->operands = argc - optind;
  result->operand = argv + optind;
  if (result->operands < table->operands_least) {
    return ls_fail(LS_E_USAGE, "something is missing: %s", table->usage);
  }
  if (result->operands > table->operands_most) {
    return ls_fail(LS_E_USAGE, "'%s' is one word too many: %s",
                   result->operand[table->operands_most], table->usage);
  }
  return LS_OK;
}

ls_status ls_option_parse(ls_option_result *result, void *config,
                          const ls_option_table *table, int argc, char **argv)
{
  getopt_tables tables;
  int found = 0;

  LS_ASSERT(table->count <= OPTIONS_MAX);
  *result = (ls_option_result){0};
  fill_getopt(&tables, table);
  opterr = 0;
  optind = 0;
  for (;;) {
    int word = optind > 0 ? optind : 1;
    found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL);
    if (found == -1) {
      return check_operands(result, table, argc, argv);
    }
    if (found == HELP || found == 'h') {
      result->help = true;
      ls_option_help(table, config);
      return LS_OK;
    }
    if (found == ':') {
      return ls_fail(LS_E_USAGE, "'%s' needs a value", argv[optind - 1]);
    }
    if (found == '?') {
      // getopt has moved behind the word, unless it is a letter inside of one.
      return fail_unknown(table, argv[optind > word ? optind - 1 : word]);
    }
    int i = index_of(table, found);
    LS_ASSERT(i >= 0);
    LS_TRY(ls_option_set(config, &table->options[i], optarg));
    result->given |= UINT64_C(1) << i;
  }
}

bool ls_option_was_given(const ls_option_result *result, const ls_option_table *table,
                         const char *name)
{
  int i = 0;

  while (i < table->count && strcmp(table->options[i].name, name) != 0) {
    i++;
  }
  LS_ASSERT(i < table->count);
  return (result->given >> i & 1) != 0;
}
