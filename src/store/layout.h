#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

/**
 * The names in a checkpoint, for the one who writes them and the one who reads them.
 *
 *   /            @format @format_version
 *   /model       @tensors[n]           names, in the order of the flat vector
 *     layer0/weight [in][out] f32 @activation
 *     layer0/bias   [out]     f32 @activation ...
 *   /optimizer   @kind @slots[m] (no @slots where m is 0)
 *     step, skipped                    one integer each
 *     <slot>/layer0/weight ...         as the model
 *   /run         @seed @global_batch @shards @epochs @train_count @base_rate
 *                @data_digest
 *     schedule, resolved, configuration, fingerprint    one string each
 *   /epoch
 *     finished, loss_sum, correct, count               one number each
 *   /history     [room] of {epoch step loss accuracy val_loss val_accuracy rate}
 *
 * Attributes are marked @.  Nothing else is in a checkpoint, and the reader says so.
 *
 * What changes while a run trains is in contiguous data sets, so that all other bytes
 * stay (mold.h).  Version 1, which is still read, had what is in /optimizer and /epoch
 * as attributes, no `finished`, and a history without room.
 */

#define LS_AT_FORMAT "format"
#define LS_AT_FORMAT_NAME "lockstep-checkpoint"
#define LS_AT_VERSION "format_version"
enum { LS_AT_VERSION_NUMBER = 2 };

#define LS_AT_MODEL "model"
#define LS_AT_TENSORS "tensors"
#define LS_AT_ACTIVATION "activation"

#define LS_AT_OPTIMIZER "optimizer"
#define LS_AT_KIND "kind"
#define LS_AT_STEP "step"
#define LS_AT_SKIPPED "skipped"
#define LS_AT_SLOTS "slots"

#define LS_AT_RUN "run"
#define LS_AT_SEED "seed"
#define LS_AT_GLOBAL_BATCH "global_batch"
#define LS_AT_SHARDS "shards"
#define LS_AT_EPOCHS "epochs"
#define LS_AT_TRAIN_COUNT "train_count"
#define LS_AT_BASE_RATE "base_rate"
#define LS_AT_DATA_DIGEST "data_digest"
#define LS_AT_SCHEDULE "schedule"
#define LS_AT_RESOLVED "resolved"
#define LS_AT_CONFIGURATION "configuration"
#define LS_AT_FINGERPRINT "fingerprint"

#define LS_AT_EPOCH "epoch"
#define LS_AT_FINISHED "finished"
#define LS_AT_LOSS_SUM "loss_sum"
#define LS_AT_CORRECT "correct"
#define LS_AT_COUNT "count"

#define LS_AT_HISTORY "history"

#endif
