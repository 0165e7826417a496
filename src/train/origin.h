#ifndef TRAIN_ORIGIN_H
#define TRAIN_ORIGIN_H

/**
 * Where a run begins: in an empty directory, or from a checkpoint.
 *
 * Rank 0 takes the run directory, looks for what is asked for and reads it; the others
 * learn the outcome before they learn any of the content.
 */

#include "lockstep/recovery.h"
#include "lockstep/store.h"
#include "lockstep/train.h"

typedef struct ls_origin {
  bool resumed;
  char path[LS_PATH_BYTES]; /* of the checkpoint, where resumed */

  /* of the checkpoint, on every rank; NULL or 0 in a new run */
  char *configuration; /* as ls_meaning_write wrote it */
  char *resolved;      /* the resolved schedule */
  char *fingerprint;
  double base_rate;
  char data_digest[LS_DIGEST_BYTES];
  int64_t step;
  int64_t history_count;

  /* on rank 0 only */
  char directory[LS_PATH_BYTES]; /* of the run */
  ls_store *store;               /* of the directory; NULL with --dry-run */
  ls_checkpoint *checkpoint;     /* NULL in a new run */
  bool discards_newer;           /* the directory's checkpoints after `step` go */
} ls_origin;

/**
 * Find out where the run begins.
 *
 * Collective.
 *
 * origin    out: to be released by ls_origin_close, also after a failure
 * returns   LS_OK or the same error on every rank
 *             LS_E_ARG      the directory holds a run and --resume is missing or means
 *                           another one, or holds later checkpoints than the one to go
 *                           on from
 *             LS_E_MISSING  there is nothing to resume
 *             LS_E_DAMAGED  all that there is is damaged
 *             LS_E_IO, LS_E_FORMAT, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_origin_open(ls_origin *origin, ls_comm *comm,
                                      const ls_train_config *config);

/**
 * Delete the directory's later checkpoints, where --discard-newer asks for it.
 *
 * Local; on rank 0, others have nothing to delete.  To be called when nothing can
 * refuse the run any more: what is deleted may be all that is left of hours.
 *
 * returns   LS_OK
 *             LS_E_IO  one of them cannot be removed
 */
LS_NODISCARD ls_status ls_origin_discard_newer(const ls_origin *origin);

/** Release it, and give the run directory back.  Local. */
void ls_origin_close(ls_origin *origin);

/**
 * Copy a text from rank 0 to all ranks.
 *
 * Collective.
 *
 * text      in: on rank 0, an allocation or NULL; out: on the others, an allocation
 *           that is equal to it
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_origin_share_text(ls_comm *comm, char **text);

#endif
