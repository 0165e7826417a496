#include "everywhere.h"
#include "reduction_bench.h"
#include "reduction_suite.h"

#include <mpi.h>
#include <unistd.h>

// Pretended nodes for each number of ranks.
static const char *const nodes_of[][3] = {
    [2] = {"1,1"},
    [3] = {"2,1", "1,1,1"},
    [4] = {"2,2", "1,2,1", "1,1,1,1"},
    [5] = {"3,2", "2,1,2", "1,1,1,1,1"},
};

enum { FLOATS = 2001, WIDE_BLOCK = 1000, WIDE_BLOCKS = 3 };

// Of this rank: messages, gathered squares, floats of an optimizer's slot.
static int sent, gathered, collected;

int MPI_Isend(const void *bytes, int count, MPI_Datatype type, int to, int tag,
              MPI_Comm comm, MPI_Request *request)
{
  sent++;
  return PMPI_Isend(bytes, count, type, to, tag, comm, request);
}

int MPI_Allgatherv(const void *own, int count, MPI_Datatype type, void *all,
                   const int counts[], const int places[], MPI_Datatype of,
                   MPI_Comm comm)
{
  gathered++;
  return PMPI_Allgatherv(own, count, type, all, counts, places, of, comm);
}

int MPI_Gatherv(const void *own, int count, MPI_Datatype type, void *all,
                const int counts[], const int places[], MPI_Datatype of, int root,
                MPI_Comm comm)
{
  collected += count;
  return PMPI_Gatherv(own, count, type, all, counts, places, of, root, comm);
}

// One after another: each pretended division, with a norm.
static const char *divide(reduction_case *c, int i)
{
  const char *nodes = i < 3 ? nodes_of[everywhere_size()][i] : NULL;

  *c = (reduction_case){.fake_nodes = nodes,
                        .shards = 8,
                        .count = FLOATS,
                        .block = 16,
                        .exchange = LS_EXCHANGE_SUMS,
                        .norms = true};
  return nodes;
}

static void count_messages(reduction_case c, int radix, ls_reduction_back back)
{
  int all = 0;

  sent = 0;
  gathered = 0;
  collected = 0;
  c.radix = radix;
  c.back = back;
  reduction_suite(&c);
  MPI_Allreduce(&collected, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  assert_everywhere(all == FLOATS); // no float of a slot from two nodes
}

static void of_sums_that_are_not_split_nothing_goes_back(void **state)
{
  reduction_case c;

  (void)state;
  for (int i = 0; divide(&c, i); i++) {
    count_messages(c, 64, LS_BACK_WEIGHTS);
    int split_sent = sent, split_gathered = gathered;
    count_messages(c, 1, LS_BACK_WEIGHTS);
    // A step that is skipped sends no weights back in any case.
    assert_everywhere(sent == 0 || (2 * sent > split_sent && sent < split_sent));
    assert_everywhere(gathered == 0 && (sent == 0 || split_gathered > 0));
  }
}

static void sums_that_go_back_need_no_other_message(void **state)
{
  reduction_case c;

  (void)state;
  for (int i = 0; divide(&c, i); i++) {
    count_messages(c, 64, LS_BACK_WEIGHTS);
    int weights_sent = sent, weights_gathered = gathered;
    count_messages(c, 64, LS_BACK_SUMS);
    assert_everywhere(sent == weights_sent && gathered == 0);
    assert_everywhere(sent == 0 || weights_gathered > 0);
  }
}

// Who has no block has no weights to send.
static void sums_that_go_back_are_cut_within_blocks(void **state)
{
  reduction_case c;
  int all_sent[2];

  (void)state;
  for (int i = 0; divide(&c, i); i++) {
    c.block = WIDE_BLOCK;
    for (int sums = 0; sums < 2; sums++) {
      count_messages(c, 64, sums ? LS_BACK_SUMS : LS_BACK_WEIGHTS);
      MPI_Allreduce(&sent, &all_sent[sums], 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    }
    assert_everywhere(all_sent[1] >= all_sent[0]);
  }
  // The last division is into single ranks.
  assert_everywhere(everywhere_size() <= WIDE_BLOCKS || all_sent[1] > all_sent[0]);
}

// Whoever has sent its sums works on while the last rank's are late.
static void work_goes_on_while_sums_are_late(void **state)
{
  const bool is_late = everywhere_rank() == everywhere_size() - 1;
  reduction_case c;
  bench b;

  (void)state;
  for (int i = 0; divide(&c, i); i++) {
    bench_open(&b, &c);
    const bool sends = ls_reduction_own(b.reduction).count > 0;
    if (is_late) {
      sleep(1);
    }
    (void)bench_step(&b, 0, 0);
    const int done = b.some_ahead;
    const bool last_node = ls_comm_node_index(b.comm) == ls_comm_node_count(b.comm) - 1;
    bench_close(&b);
    assert_everywhere(last_node || !sends || done == SOME_AHEAD);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(of_sums_that_are_not_split_nothing_goes_back),
      cmocka_unit_test(sums_that_go_back_need_no_other_message),
      cmocka_unit_test(sums_that_go_back_are_cut_within_blocks),
      cmocka_unit_test(work_goes_on_while_sums_are_late),
  };

  everywhere_begin();
  int failed = cmocka_run_group_tests_name("messages", tests, NULL, NULL);
  everywhere_end();
  return failed;
}
