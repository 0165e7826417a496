#include "cli/option_help.h"

#include "base/log.h"
#include "cli/option_page.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

// Breaks `text` at blanks so that it stands right of HELP_COLUMN.
static void print_wrapped(const char *left, const char *text)
{
  size_t room = HELP_WIDTH - HELP_COLUMN - 1;

  while (strlen(text) > room) {
    size_t cut = room;
    while (cut > 0 && text[cut] != ' ') {
      cut--;
    }
    if (cut == 0) {
      break;
    }
    ls_log_record("%-*s%.*s", HELP_COLUMN, left, (int)cut, text);
    text += cut + 1;
    left = "";
  }
  ls_log_record("%-*s%s", HELP_COLUMN, left, text);
}

static void print_option(const ls_option *option, const void *config)
{
  char left[96];
  char value[256];
  char text[768];
  const char *argument = option->argument ? option->argument : "";

  if (option->kind == LS_OPTION_CHOICE) {
    argument = option->choices;
  }
  (void)snprintf(left, sizeof left, "  %c%c --%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->name,
                 *argument ? " " : "", argument);
  ls_option_value(value, sizeof value, option, config);
  if (option->kind == LS_OPTION_FLAG || *value == '\0') {
    (void)snprintf(text, sizeof text, "%s", option->help);
  } else {
    (void)snprintf(text, sizeof text, "%s [%s]", option->help, value);
  }
  if (strlen(left) >= HELP_COLUMN) {
    ls_log_record("%s", left);
    left[0] = '\0';
  }
  print_wrapped(left, text);
}

void ls_option_help(const ls_option_table *table, const void *config)
{
  static const ls_option help = {
      .name = "help", .letter = 'h', .kind = LS_OPTION_FLAG, .help = "show this"};

  if (ls_option_page_style() != LS_HELP_TEXT) {
    ls_option_page(table, config);
    return;
  }
  ls_log_record("usage: %s\n\n%s\n", table->usage, table->summary);
  for (int i = 0; i < table->count; i++) {
    print_option(&table->options[i], config);
  }
  static const bool off = false;
  print_option(&help, &off);
}

static bool is_plain_word(const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789_-+=./:,@%";
  return *word != '\0' && word[strspn(word, plain)] == '\0';
}

// Single quotes keep everything but a single quote, which is written '\''.
static size_t append_quoted(char *text, size_t bytes, size_t used, const char *word)
{
  if (is_plain_word(word)) {
    return used + (size_t)snprintf(text + used, bytes - used, " %s", word);
  }
  used += (size_t)snprintf(text + used, bytes - used, " '");
  for (; *word && used + 8 < bytes; word++) {
    used += (size_t)snprintf(text + used, bytes - used, *word == '\'' ? "'\\''" : "%c",
                             *word);
  }
  return used + (size_t)snprintf(text + used, bytes - used, "'");
}

void ls_option_echo(char *text, size_t bytes, const ls_option_table *table,
                    const void *config)
{
  size_t used = 0;
  char value[4096];

  text[0] = '\0';
  for (int i = 0; i < table->count; i++) {
    const ls_option *option = &table->options[i];
    ls_option_value(value, sizeof value, option, config);
    bool flag = option->kind == LS_OPTION_FLAG;
    if (*value == '\0' || (flag && strcmp(value, "no") == 0) ||
        used + strlen(value) + strlen(option->name) + 16 >= bytes) {
      continue;
    }
    used += (size_t)snprintf(text + used, bytes - used, "%s--%s", used ? " " : "",
                             option->name);
    if (!flag) {
      used = append_quoted(text, bytes, used, value);
    }
  }
}
