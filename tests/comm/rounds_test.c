#include "comm/rounds.h"

#include "base/alloc.h"
#include "unit.h"

#include <string.h>

enum { FLOATS = 1200, BLOCK = 10, NODES_MAX = 9 };

static ls_stages_config config_of(int node_count, int slice_count, int bands)
{
  static int64_t edges[FLOATS / BLOCK + 1];

  for (int i = 0; i <= FLOATS / BLOCK; i++) {
    edges[i] = (int64_t)i * BLOCK;
  }
  return (ls_stages_config){.node_count = node_count,
                            .radix = node_count,
                            .slice_count = slice_count,
                            .count = FLOATS,
                            .edges = edges,
                            .edge_count = FLOATS / BLOCK + 1,
                            .bands = bands};
}

static void check_each_float_is_in_one_round(const ls_rounds *rounds)
{
  char seen[FLOATS] = {0};

  for (int round = 0; round < rounds->count; round++) {
    for (int slice = 0; slice < rounds->slice_count; slice++) {
      ls_span span = ls_rounds_at(rounds, round)[slice];
      for (int64_t at = 0; at < span.count; at++) {
        seen[span.first + at]++;
      }
    }
  }
  for (int at = 0; at < FLOATS; at++) {
    assert_int_equal(seen[at], 1);
  }
}

static void check_rounds_are_messages(const ls_rounds *rounds, ls_stages_config config)
{
  for (config.slice = 0; config.slice < config.slice_count; config.slice++) {
    ls_stages stages;
    assert_int_equal(ls_stages_plan(&stages, &config), LS_OK);
    assert_int_equal(stages.count, 1);
    assert_int_equal(stages.stages[0].send_count, rounds->count);
    for (int round = 0; round < rounds->count; round++) {
      assert_memory_equal(&stages.stages[0].sends[round].span,
                          &ls_rounds_at(rounds, round)[config.slice], sizeof(ls_span));
    }
    ls_stages_clear(&stages);
  }
}

static void rounds_are_the_messages_of_each_slice(void **state)
{
  (void)state;
  for (int nodes = 2; nodes <= NODES_MAX; nodes++) {
    for (int slices = 1; slices <= 5; slices += 2) {
      ls_stages_config config = config_of(nodes, slices, 1 + nodes % 4);
      for (config.node = 0; config.node < nodes; config.node++) {
        ls_rounds rounds;
        assert_int_equal(ls_rounds_init(&rounds, &config), LS_OK);
        check_each_float_is_in_one_round(&rounds);
        check_rounds_are_messages(&rounds, config);
        ls_rounds_clear(&rounds);
      }
    }
  }
}

static void the_last_rounds_are_of_the_own_pieces(void **state)
{
  ls_stages_config config = config_of(3, 1, 2);
  ls_rounds rounds;

  (void)state;
  config.node = 1;
  assert_int_equal(ls_rounds_init(&rounds, &config), LS_OK);
  assert_int_equal(rounds.count, 6);
  assert_int_equal(rounds.bands, 2);
  assert_int_equal(ls_rounds_at(&rounds, 0)->first, 800);
  assert_int_equal(ls_rounds_at(&rounds, 4)->first, 400);
  assert_int_equal(ls_rounds_at(&rounds, 5)->first, 600);
  ls_rounds_clear(&rounds);
}

static void no_bands_are_no_rounds(void **state)
{
  ls_stages_config config = config_of(3, 1, 0);
  ls_rounds rounds;

  (void)state;
  assert_int_equal(ls_rounds_init(&rounds, &config), LS_OK);
  assert_int_equal(rounds.count, 0);
  ls_rounds_clear(&rounds);
}

static void pieces_are_cut_into_whole_bands(void **state)
{
  ls_stages_config config = config_of(2, 1, 0);

  (void)state;
  assert_int_equal(ls_rounds_bands(&config, 600), 1);
  assert_int_equal(ls_rounds_bands(&config, 150), 4);
  assert_int_equal(ls_rounds_bands(&config, 149), 4);
  assert_int_equal(ls_rounds_bands(&config, 1), 8); // there is a limit
  assert_int_equal(ls_rounds_bands(&config, 0), 0);
}

static void small_pieces_and_many_stages_have_no_rounds(void **state)
{
  ls_stages_config config = config_of(4, 1, 0);

  (void)state;
  assert_int_equal(ls_rounds_bands(&config, 300), 1);
  assert_int_equal(ls_rounds_bands(&config, 1200), 1);
  assert_int_equal(ls_rounds_bands(&config, 1204), 0);
  config.slice_count = 2;
  assert_int_equal(ls_rounds_bands(&config, 1200), 0);
  config.radix = 3;
  assert_int_equal(ls_rounds_bands(&config, 300), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_are_the_messages_of_each_slice),
      cmocka_unit_test(the_last_rounds_are_of_the_own_pieces),
      cmocka_unit_test(no_bands_are_no_rounds),
      cmocka_unit_test(pieces_are_cut_into_whole_bands),
      cmocka_unit_test(small_pieces_and_many_stages_have_no_rounds),
  };

  return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
