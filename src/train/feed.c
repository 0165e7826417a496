#include "train/feed.h"

#include "base/alloc.h"
#include "base/fault.h"
#include "train/density.h"

struct ls_feed {
  ls_dataset *train;
  ls_dataset *test;
  int64_t holdout;
  char digest[LS_SHA256_HEX];
};

static ls_status check(ls_feed *feed, int64_t holdout)
{
  int64_t count = ls_dataset_count(feed->train);

  if (holdout >= count) {
    return ls_fail(LS_E_ARG, "--holdout %lld leaves nothing of %lld rows to train on",
                   (long long)holdout, (long long)count);
  }
  return ls_dataset_check(feed->test, ls_dataset_features(feed->train),
                          ls_dataset_classes(feed->train), "the training images");
}

// The node's first rank: opens the files and looks at all of them.
static ls_status open_first(ls_feed *feed, ls_comm *comm, const char *directory)
{
  if (ls_fault("data.open", ls_comm_rank(comm))) {
    return ls_fail(LS_E_IO, "fault point 'data.open'");
  }
  LS_TRY(ls_dataset_open(&feed->train, directory, LS_SPLIT_TRAIN));
  LS_TRY(ls_dataset_open(&feed->test, directory, LS_SPLIT_TEST));
  return check(feed, feed->holdout);
}

// The node's other ranks: attach to what the first has opened.
static ls_status open_shared(ls_feed *feed, ls_comm *comm, const char *directory,
                             const ls_dataset_share *shares)
{
  if (ls_fault("data.open", ls_comm_rank(comm))) {
    return ls_fail(LS_E_IO, "fault point 'data.open'");
  }
  LS_TRY(ls_dataset_open_shared(&feed->train, directory, LS_SPLIT_TRAIN, &shares[0]));
  return ls_dataset_open_shared(&feed->test, directory, LS_SPLIT_TEST, &shares[1]);
}

// First the nodes' first ranks, then the others; all agree after each.
static ls_status open_on_nodes(ls_feed *feed, ls_comm *comm, const char *directory)
{
  ls_dataset_share shares[2] = {0};
  bool leads = ls_comm_node_rank(comm) == 0;
  ls_status status = feed ? ls_density_check() : LS_E_NOMEM;

  if (status == LS_OK && leads) {
    status = open_first(feed, comm, directory);
  }
  status = ls_comm_agree(comm, status);
  if (status != LS_OK) {
    return status;
  }
  if (leads) {
    ls_dataset_get_share(&shares[0], feed->train);
    ls_dataset_get_share(&shares[1], feed->test);
  }
  ls_comm_node_broadcast(comm, shares, sizeof shares);
  if (!leads) {
    status = open_shared(feed, comm, directory, shares);
  }
  return ls_comm_agree(comm, status);
}

// Of pieces counted through both splits, those in `run`.
static void digest_run(const ls_feed *feed, uint8_t (*digests)[LS_SHA256_BYTES],
                       ls_span run)
{
  const int64_t train = ls_dataset_pieces(feed->train);
  const ls_span of_train = ls_span_common(run, (ls_span){0, train});
  const int64_t first_of_test = run.first > train ? run.first - train : 0;

  ls_dataset_digest_pieces(digests, feed->train, of_train.first, of_train.count);
  ls_dataset_digest_pieces(digests + train, feed->test, first_of_test,
                           run.count - of_train.count);
}

static ls_status join_digests(ls_feed *feed, uint8_t (*digests)[LS_SHA256_BYTES])
{
  uint8_t splits[2][LS_SHA256_BYTES];
  uint8_t both[LS_SHA256_BYTES];

  LS_TRY(ls_dataset_digest(splits[0], feed->train, digests));
  LS_TRY(ls_dataset_digest(splits[1], feed->test,
                           digests + ls_dataset_pieces(feed->train)));
  ls_sha256_of(both, splits, sizeof splits);
  ls_sha256_hex(feed->digest, both);
  return LS_OK;
}

// The ranks of each node share the pieces of its data out.
static ls_status digest_all(ls_feed *feed, ls_comm *comm)
{
  const int64_t count = ls_dataset_pieces(feed->train) + ls_dataset_pieces(feed->test);
  uint8_t(*digests)[LS_SHA256_BYTES] = ls_alloc((size_t)count, sizeof *digests);

  ls_status status = ls_comm_agree(comm, digests ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    digest_run(feed, digests,
               ls_span_part(count, ls_comm_node_size(comm), ls_comm_node_rank(comm)));
    status = ls_comm_node_collect(comm, digests, sizeof *digests, count);
  }
  if (status == LS_OK) {
    status = ls_comm_agree(comm, join_digests(feed, digests));
  }
  ls_free(digests);
  return status;
}

ls_status ls_feed_open(ls_feed **out, ls_comm *comm, const char *directory,
                       int64_t holdout)
{
  ls_feed *feed = ls_alloc(1, sizeof *feed);

  if (feed) {
    feed->holdout = holdout;
  }
  ls_status status = open_on_nodes(feed, comm, directory);
  if (status == LS_OK) {
    status = digest_all(feed, comm);
  }
  if (status == LS_OK) {
    status = ls_comm_same(comm, feed->digest, sizeof feed->digest, "the data set");
  }
  if (status != LS_OK) {
    ls_feed_close(feed);
    feed = NULL;
  }
  *out = feed;
  return status;
}

void ls_feed_close(ls_feed *feed)
{
  if (feed) {
    ls_dataset_close(feed->train);
    ls_dataset_close(feed->test);
    ls_free(feed);
  }
}

static ls_rows rows_of(const ls_dataset *data, int64_t first, int64_t count)
{
  int features = ls_dataset_features(data);

  return (ls_rows){.images = ls_dataset_images(data) + first * features,
                   .labels = ls_dataset_labels(data) + first,
                   .count = count,
                   .features = features};
}

ls_rows ls_feed_training(const ls_feed *feed)
{
  return rows_of(feed->train, 0, ls_dataset_count(feed->train) - feed->holdout);
}

ls_rows ls_feed_validation(const ls_feed *feed)
{
  if (feed->holdout == 0) {
    return ls_feed_test(feed);
  }
  return rows_of(feed->train, ls_dataset_count(feed->train) - feed->holdout,
                 feed->holdout);
}

ls_rows ls_feed_test(const ls_feed *feed)
{
  return rows_of(feed->test, 0, ls_dataset_count(feed->test));
}

int ls_feed_features(const ls_feed *feed)
{
  return ls_dataset_features(feed->train);
}

int ls_feed_classes(const ls_feed *feed)
{
  return ls_dataset_classes(feed->train);
}

const char *ls_feed_digest(const ls_feed *feed)
{
  return feed->digest;
}
