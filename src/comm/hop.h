#ifndef COMM_HOP_H
#define COMM_HOP_H

/**
 * One stage of an exchange with its memory and messages.
 *
 * On the way to the sum a message is a letter (comm/letter.h); on the way back it is
 * the new weights of the same span, or its sums, and nothing else.  Each band of what a
 * node sends to another is a message of its own.
 *
 * What a node has for itself is a letter, too, where it has to be joined; where it lies
 * joined already it is read there, and the letter is but what rides along.
 *
 * Where it is filled the only part of the only letter is written where it is sent from,
 * and read there.
 *
 * Where it is thin, lines of zeros are left out of letters; where it tells news, lines
 * that are as they were out of new weights (comm/news.h).
 */

#include "comm/comm_private.h"
#include "comm/cover.h"
#include "comm/letter.h"
#include "comm/news.h"
#include "comm/stages.h"

typedef struct ls_hop_config {
  int tag; /* the same on every node of the stage, another for every other stage */
  const ls_node_shards *shards;
  const ls_partials
      *own;    /* what this node's run has summed up, over its messages' spans
             or more; parts that stay at their places */
  bool thin;   /* the same on every node of the stage, which is then the only one */
  bool news;   /* the same; only where it is thin */
  bool filled; /* this node's only sum is written where it is sent from: its only letter
                  to others is thin, and of one part */
} ls_hop_config;

typedef struct ls_hop {
  const ls_stage *stage;
  const ls_partials *own;
  int tag;
  ls_letter *sends, *receives;      /* as the stage's */
  int others_sent, others_received; /* of them, those not to itself */
  MPI_Request *requests; /* [others_received + others_sent], the same on the way back */
  char *sent, *received;
  size_t letter_bytes;  /* of both */
  ls_chunk_table table; /* rows: the subtrees of all runs, ascending */
  ls_join *joins;       /* [sums.count] */
  double *losses;       /* a row each, and scratch */
  ls_stretch *stretches;
  const float **parts; /* the stretches' */
  ls_thin *thins;      /* the same, where it is thin */
  ls_partials sums;    /* of all runs, over this node's piece */
  bool thin, tells_news, is_filled;
  int64_t filled; /* floats of the letter, where it is */
  ls_news news;   /* where it does */
  float *weights; /* which others' news are for; NULL: none are expected */
} ls_hop;

/**
 * Allocate.
 *
 * Local.
 *
 * hop       out: to be released by ls_hop_clear, also after a failure
 * stage     must outlive it, and so must config->own
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_hop_init(ls_hop *hop, const ls_stage *stage,
                                   const ls_hop_config *config);

/** Release it; a zeroed one is fine.  Local. */
void ls_hop_clear(ls_hop *hop);

/**
 * Say where messages are to go.
 *
 * Local; once a step, before any is waited for.  Others may have sent theirs already:
 * where nothing goes back, a node can be a step ahead.
 */
void ls_hop_expect(ls_hop *hop, MPI_Comm peers);

/**
 * Where this node's sum is to be written, where the hop was told that it will be.
 *
 * Local.  Once a step, before ls_hop_send; it stays there until the sums are read no
 * more.
 *
 * returns   with `kept` 0; ls_hop_fill is told how many floats were
 */
ls_thin ls_hop_place(const ls_hop *hop);
void ls_hop_fill(ls_hop *hop, int64_t kept);

/**
 * Send one message of what this node's run has summed up, or keep it, if it is for this
 * node.
 *
 * Local: waits for nobody.
 *
 * index   of the stage's sends; once a step each, those to one node ascending
 */
void ls_hop_send(ls_hop *hop, MPI_Comm peers, int index, const ls_letter_ride *ride,
                 ls_reduction_add *add);

/** Let messages move on.  Local. */
void ls_hop_poke(ls_hop *hop);

/**
 * Whether a band's messages are here.
 *
 * Local, or with `wait` waits for the nodes that send to this one.
 *
 * band   0 to bands of the stage
 */
bool ls_hop_has(ls_hop *hop, int band, bool wait);

/** Whether all messages are here.  Local. */
bool ls_hop_has_all(ls_hop *hop);

/** Wait for all messages, from the nodes that send to this one. */
void ls_hop_receive(ls_hop *hop);

/**
 * Learn what rides along.
 *
 * Local.  After the first band is here.
 *
 * ride   out: of all nodes of the stage
 */
void ls_hop_read_rides(ls_hop *hop, ls_letter_ride *ride);

/**
 * Note what an update has changed, where the hop tells news.
 *
 * Local.  As ls_news_note.
 */
void ls_hop_note(ls_hop *hop, const float *before, const float *now, ls_span piece);

/**
 * Say where new weights are to go.
 *
 * Local.
 *
 * weights   [count] the whole vector; where the hop tells news, with the bits that
 *           other nodes have had before
 */
void ls_hop_expect_back(ls_hop *hop, MPI_Comm peers, float *weights);

/**
 * Hand out a band's new weights, the other way round.
 *
 * Local: waits for nobody.
 *
 * band      once a step each, ascending
 * weights   [count] the whole vector, left alone until ls_hop_flush
 */
void ls_hop_send_back(ls_hop *hop, MPI_Comm peers, int band, const float *weights);

/**
 * Wait until all that was sent has left, and all that was expected is in its place: for
 * the nodes that this one sends to, and for those that send to it.
 */
void ls_hop_flush(ls_hop *hop);

#endif
