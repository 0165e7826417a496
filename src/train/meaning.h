#ifndef TRAIN_MEANING_H
#define TRAIN_MEANING_H

/**
 * The configuration that decides bits, as text in a checkpoint and back.
 *
 *   hidden=128
 *   batch=32
 *   ...
 *
 * A line an entry of LS_TRAIN_MEANING_LIST; values are percent-encoded.
 */

#include "lockstep/train.h"

/**
 * Write the meaning of a configuration.
 *
 * Local; same result on every rank.
 *
 * out       to be released with ls_free
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_meaning_write(char **out, const ls_train_config *config);

/**
 * Complete a configuration from a stored one, and refuse what contradicts it.
 *
 * Local; same result on every rank.  What was not asked for becomes as stored.
 * `epochs` may differ; `schedule` and `lr` are left to the caller where they were asked
 * for.
 *
 * config    in, out: its texts may come to lie in `storage`
 * storage   [strlen(text) + 1] out: must outlive the configuration
 * text      as ls_meaning_write wrote it; unknown lines are refused
 * returns   LS_OK
 *             LS_E_ARG     a list of what differs: name, stored, asked
 *             LS_E_FORMAT  the text is not of this form
 */
LS_NODISCARD ls_status ls_meaning_merge(ls_train_config *config, char *storage,
                                        const char *text);

#endif
