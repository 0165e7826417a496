#ifndef CLI_OPTION_PAGE_H
#define CLI_OPTION_PAGE_H

/**
 * Man pages and shell completion, made from the same tables as --help.
 */

#include "cli/option.h"

typedef enum ls_help_style {
  LS_HELP_TEXT,      /* as --help prints it */
  LS_HELP_MAN,       /* a man page, in troff */
  LS_HELP_COMPLETION /* the command's part of a completion script for bash */
} ls_help_style;

/**
 * Choose what a command's --help prints from now on.
 *
 * Local.
 *
 * name, summary   of the command; borrowed
 */
void ls_option_page_choose(ls_help_style style, const char *name, const char *summary);

/** What was chosen.  Local. */
ls_help_style ls_option_page_style(void);

/**
 * Print a command's options in the chosen style, other than LS_HELP_TEXT.
 *
 * Local; prints where this rank speaks.
 */
void ls_option_page(const ls_option_table *table, const void *config);

/** Begin a man page: its head, name and synopsis; `name` with its dashes.  Local. */
void ls_option_page_begin(const char *name, const char *summary, const char *usage);

/** Print text in troff, where only backslashes, dots and quotes need care.  Local. */
void ls_option_page_text(const char *text);

#endif
