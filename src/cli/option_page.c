#include "cli/option_page.h"

#include "base/log.h"
#include "lockstep/optimizer.h"
#include "lockstep/schedule_guide.h"
#include "lockstep/version.h"

#include <stdio.h>
#include <string.h>

static ls_help_style chosen_style;
static const char *chosen_name;
static const char *chosen_summary;

void ls_option_page_choose(ls_help_style style, const char *name, const char *summary)
{
  chosen_style = style;
  chosen_name = name;
  chosen_summary = summary;
}

ls_help_style ls_option_page_style(void)
{
  return chosen_style;
}

// A dash that is typed is \-, and a line must begin neither with a dot nor a quote.
static void escape(char *out, size_t bytes, const char *text)
{
  size_t used = 0;
  bool line_begins = true;

  for (; *text && used + 8 < bytes; text++) {
    const char *as = *text == '\\'                                    ? "\\e"
                     : *text == '-'                                   ? "\\-"
                     : line_begins && (*text == '.' || *text == '\'') ? "\\&"
                                                                      : "";
    used += (size_t)snprintf(out + used, bytes - used, "%s", as);
    if (*text != '\\' && *text != '-') {
      out[used++] = *text;
    }
    line_begins = *text == '\n';
  }
  out[used] = '\0';
}

void ls_option_page_text(const char *text)
{
  char escaped[4096];

  escape(escaped, sizeof escaped, text);
  ls_log_record("%s", escaped);
}

void ls_option_page_begin(const char *name, const char *summary, const char *usage)
{
  char title[64];
  size_t length = strlen(name);

  for (size_t i = 0; i <= length && i < sizeof title; i++) {
    title[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
  }
  title[sizeof title - 1] = '\0';
  ls_log_record(".TH %s 1 \"\" \"lockstep %s\" \"User Commands\"\n.SH NAME", title,
                ls_version());
  ls_log_record("%s \\- %s\n.SH SYNOPSIS", name, summary);
  ls_option_page_text(usage);
}

static const char *argument_of(const ls_option *option)
{
  return option->kind == LS_OPTION_CHOICE ? option->choices
         : option->argument               ? option->argument
                                          : "";
}

static void print_man_option(const ls_option *option, const void *config)
{
  char name[128];
  char value[256];
  char text[1024];
  const char *argument = argument_of(option);

  escape(name, sizeof name, option->name);
  ls_option_value(value, sizeof value, option, config);
  if (option->letter) {
    ls_log_record(".TP\n\\fB\\-%c\\fR, \\fB\\-\\-%s\\fR%s\\fI%s\\fR", option->letter,
                  name, *argument ? " " : "", argument);
  } else {
    ls_log_record(".TP\n\\fB\\-\\-%s\\fR%s\\fI%s\\fR", name, *argument ? " " : "",
                  argument);
  }
  if (option->kind == LS_OPTION_FLAG || *value == '\0') {
    ls_option_page_text(option->help);
  } else {
    (void)snprintf(text, sizeof text, "%s [%s]", option->help, value);
    ls_option_page_text(text);
  }
}

static void print_man(const ls_option_table *table, const void *config)
{
  char name[64];

  (void)snprintf(name, sizeof name, "lockstep-%s", chosen_name);
  ls_option_page_begin(name, chosen_summary, table->usage);
  ls_log_record(".SH DESCRIPTION");
  ls_option_page_text(table->summary);
  ls_log_record(".SH OPTIONS");
  for (int i = 0; i < table->count; i++) {
    print_man_option(&table->options[i], config);
  }
  ls_log_record(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nshow a summary of this\n"
                ".SH SEE ALSO\n.BR lockstep (1)");
}

// What bash offers behind an option: words, or files, or directories.
static void print_values(const ls_option *option)
{
  const char *argument = argument_of(option);
  char words[1024] = "";
  size_t used = 0;

  if (option->kind == LS_OPTION_CHOICE) {
    used = (size_t)snprintf(words, sizeof words, "%s", option->choices);
    for (char *bar = strchr(words, '|'); bar; bar = strchr(bar, '|')) {
      *bar = ' ';
    }
  } else if (strcmp(option->name, "schedule") == 0) {
    for (int i = 0; i < ls_schedule_kind_count() && used < sizeof words; i++) {
      used += (size_t)snprintf(words + used, sizeof words - used, "%s ",
                               ls_schedule_kind_get(i).name);
    }
  } else if (strncmp(option->name, "optimizer", 9) == 0) {
    for (int i = 0; i < ls_optimizer_kind_count() && used < sizeof words; i++) {
      used += (size_t)snprintf(words + used, sizeof words - used, "%s ",
                               ls_optimizer_kind_get(i).name);
    }
  }
  if (used > 0) {
    ls_log_record("    %s:--%s) words='%s' ;;", chosen_name, option->name, words);
  } else if (strcmp(argument, "DIR") == 0 || strcmp(argument, "FILE") == 0 ||
             strcmp(argument, "WHAT") == 0) {
    ls_log_record("    %s:--%s) compopt -o %s; words= ;;", chosen_name, option->name,
                  strcmp(argument, "DIR") == 0 ? "dirnames" : "default");
  } else if (option->kind != LS_OPTION_FLAG) {
    ls_log_record("    %s:--%s) words= ;;", chosen_name, option->name);
  }
}

// The last case of a command: its options, or a schedule's kinds, or a file.
static void print_completion(const ls_option_table *table)
{
  char words[2048] = "--help";
  size_t used = strlen(words);

  for (int i = 0; i < table->count && used < sizeof words; i++) {
    print_values(&table->options[i]);
    used += (size_t)snprintf(words + used, sizeof words - used, " --%s",
                             table->options[i].name);
  }
  ls_log_record("    %s:*) words='%s'; compopt -o default ;;", chosen_name, words);
}

void ls_option_page(const ls_option_table *table, const void *config)
{
  if (chosen_style == LS_HELP_MAN) {
    print_man(table, config);
  } else {
    print_completion(table);
  }
}
