#ifndef CLI_OPTION_VALUE_H
#define CLI_OPTION_VALUE_H

/**
 * One option's value: from a word into the config struct.  The way back is
 * ls_option_value in cli/option.h.
 */

#include "cli/option.h"

/**
 * Set an option's field.
 *
 * Local; same result on every rank.
 *
 * word      the value as typed; NULL for a flag
 * returns   LS_OK
 *             LS_E_USAGE  the word is no such value; the text says what is expected
 */
LS_NODISCARD ls_status ls_option_set(void *config, const ls_option *option,
                                     const char *word);

#endif
