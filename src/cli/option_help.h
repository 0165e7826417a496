#ifndef CLI_OPTION_HELP_H
#define CLI_OPTION_HELP_H

/**
 * The page that --help prints, made from the option table.
 */

#include "cli/option.h"

/**
 * Print usage, summary and options, with the defaults that `config` holds.
 *
 * Local; prints where this rank speaks.
 */
void ls_option_help(const ls_option_table *table, const void *config);

#endif
