#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "lockstep/optimizer.h"

#include <stdio.h>

typedef struct optimizers_config {
  bool list;
} optimizers_config;

static const ls_option options[] = {
    {.name = "list",
     .letter = 'l',
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(optimizers_config, list),
     .help = "names alone, one a line"},
};

static const ls_option_table table = {
    .usage = "lockstep optimizers [options]",
    .summary = "What --optimizer and --weight-decay of 'lockstep train' take, with\n"
               "formulas and defaults.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

typedef ls_optimizer_argument argument_at(int kind, int index);

static void print_call(int index, const ls_optimizer_kind *kind, argument_at *at)
{
  char line[256];
  size_t used = (size_t)snprintf(line, sizeof line, "%s", kind->name);

  for (int i = 0; i < kind->argument_count; i++) {
    ls_optimizer_argument a = at(index, i);
    char value[32] = "";
    if (a.must_be_given) {
      (void)snprintf(value, sizeof value, "=...");
    } else if (!a.flag) {
      (void)snprintf(value, sizeof value, "=%g", a.value);
    }
    used += (size_t)snprintf(line + used, sizeof line - used, "%s%s%s",
                             i > 0 ? ", " : "(", a.name, value);
  }
  ls_log_record("%s%s", line, kind->argument_count > 0 ? ")" : "");
}

// Text of several lines, each indented.
static void print_lines(const char *text)
{
  while (text && *text) {
    const char *end = text;
    while (*end && *end != '\n') {
      end++;
    }
    ls_log_record("      %.*s", (int)(end - text), text);
    text = *end ? end + 1 : end;
  }
}

static void print_kind(int index, const ls_optimizer_kind *kind, argument_at *at)
{
  print_call(index, kind, at);
  ls_log_record("    %s", kind->summary);
  print_lines(kind->formula);
  for (int i = 0; i < kind->argument_count; i++) {
    ls_optimizer_argument a = at(index, i);
    ls_log_record("    %-13s %s", a.name, a.help);
  }
  ls_log_record("%s%s%s", kind->source ? "    source: " : "",
                kind->source ? kind->source : "", kind->source ? "\n" : "");
}

ls_status ls_cmd_optimizers(int argc, char **argv)
{
  optimizers_config config = {0};
  ls_option_result result;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  for (int i = 0; i < ls_optimizer_kind_count(); i++) {
    ls_optimizer_kind kind = ls_optimizer_kind_get(i);
    if (config.list) {
      ls_log_record("%s", kind.name);
    } else {
      print_kind(i, &kind, ls_optimizer_kind_argument);
    }
  }
  for (int i = 0; i < ls_weight_decay_count() && !config.list; i++) {
    ls_optimizer_kind kind = ls_weight_decay_get(i);
    if (i == 0) {
      ls_log_record("Weight decay:\n");
    }
    print_kind(i, &kind, ls_weight_decay_argument);
  }
  return LS_OK;
}
