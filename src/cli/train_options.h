#ifndef CLI_TRAIN_OPTIONS_H
#define CLI_TRAIN_OPTIONS_H

/**
 * The options of `lockstep train`.
 */

#include "cli/option.h"
#include "lockstep/train.h"

/** Over an ls_train_config.  Local; same result on every rank. */
const ls_option_table *ls_train_options(void);

/**
 * Note in the configuration which of its meaning was asked for.
 *
 * Local; same result on every rank.
 */
void ls_train_options_given(ls_train_config *config, const ls_option_result *result);

#endif
