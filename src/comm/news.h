#ifndef COMM_NEWS_H
#define COMM_NEWS_H

/**
 * New weights on the way back in a stage that is the only one, without the lines that
 * are as they were.
 *
 * All nodes get the same of this one's piece: its bands, a message each.
 *
 * Pure: no communication.
 */

#include "comm/stages.h"
#include "comm/thin.h"

typedef struct ls_news {
  ls_thin *own;    /* [bands] of this node's piece */
  ls_thin *others; /* [the stage's sends to others] of theirs */
  char *memory;
  int bands;
} ls_news;

/**
 * Allocate.
 *
 * Local.
 *
 * news          out: to be released by ls_news_clear, also after a failure
 * stage         the only one
 * others_sent   of its sends, those not to the node itself
 * returns       LS_OK
 *                 LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_news_init(ls_news *news, const ls_stage *stage,
                                    int others_sent);

/** Release them; zeroed ones are fine.  Local. */
void ls_news_clear(ls_news *news);

/**
 * Note what of this node's piece has changed.
 *
 * Local.  Once a step for each place, ascending.
 *
 * stage    that of ls_news_init
 * before   [piece.count]
 * now      [piece.count]
 * piece    of a band, LS_THIN_WORD floats or what is left of it
 */
void ls_news_note(ls_news *news, const ls_stage *stage, const float *before,
                  const float *now, ls_span piece);

#endif
