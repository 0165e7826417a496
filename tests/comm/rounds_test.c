#include "comm/rounds.h"

#include "base/alloc.h"
#include "unit.h"

enum { FLOATS = 1200, BLOCK = 10, NODES_MAX = 9 };

static ls_stages_config config_of(int node_count, int slice_count)
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
                            .edge_count = FLOATS / BLOCK + 1};
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

// The messages of a round are its bands, one after the other.
static void check_round(const ls_stage *stage, const ls_rounds *rounds, int round,
                        ls_span span)
{
  int64_t at = span.first;

  for (int i = 0; i < rounds->bands; i++) {
    const ls_stage_message *m = &stage->sends[round * rounds->bands + i];
    assert_true(ls_span_is_empty(m->span) || m->span.first == at);
    at += m->span.count;
  }
  assert_int_equal(at, span.first + span.count);
}

static void check_rounds_are_messages(const ls_rounds *rounds, ls_stages_config config)
{
  for (config.slice = 0; config.slice < config.slice_count; config.slice++) {
    ls_stages stages;
    assert_int_equal(ls_stages_plan(&stages, &config), LS_OK);
    assert_int_equal(stages.count, 1);
    assert_int_equal(stages.stages[0].send_count, rounds->count * rounds->bands);
    for (int round = 0; round < rounds->count; round++) {
      check_round(&stages.stages[0], rounds, round,
                  ls_rounds_at(rounds, round)[config.slice]);
    }
    ls_stages_clear(&stages);
  }
}

static void rounds_are_the_messages_of_each_slice(void **state)
{
  (void)state;
  for (int nodes = 2; nodes <= NODES_MAX; nodes++) {
    for (int slices = 1; slices <= 5; slices += 2) {
      ls_stages_config config = config_of(nodes, slices);
      config.rounds = 1 + nodes % 4;
      config.bands = config.rounds * slices;
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
  ls_stages_config config = config_of(3, 1);
  ls_rounds rounds;

  (void)state;
  config.node = 1;
  config.rounds = 2;
  config.bands = 6;
  assert_int_equal(ls_rounds_init(&rounds, &config), LS_OK);
  assert_int_equal(rounds.count, 6);
  assert_int_equal(rounds.own, 2);
  assert_int_equal(rounds.bands, 3);
  assert_int_equal(ls_rounds_at(&rounds, 0)->first, 800);
  assert_int_equal(ls_rounds_at(&rounds, 4)->first, 400);
  assert_int_equal(ls_rounds_at(&rounds, 5)->first, 600);
  ls_rounds_clear(&rounds);
}

static void all_at_once_is_no_round(void **state)
{
  ls_stages_config config = config_of(3, 1);
  ls_rounds rounds;

  (void)state;
  assert_int_equal(ls_rounds_init(&rounds, &config), LS_OK);
  assert_int_equal(rounds.count, 0);
  ls_rounds_clear(&rounds);
  ls_rounds_plan(&config, 0, 1);
  assert_int_equal(config.bands, 0); // one message
}

static int rounds_of(ls_stages_config config, int64_t band)
{
  ls_rounds_plan(&config, band, 1);
  return config.rounds;
}

static void a_round_is_about_a_band(void **state)
{
  ls_stages_config config = config_of(2, 1);

  (void)state;
  assert_int_equal(rounds_of(config, 600), 1);
  assert_int_equal(rounds_of(config, 150), 4);
  assert_int_equal(rounds_of(config, 149), 4);
  assert_int_equal(rounds_of(config, 1), 8); // there is a limit
  assert_int_equal(rounds_of(config, 0), 0);
}

static int bands_of_one_round(int64_t count, int parts)
{
  ls_stages_config config = config_of(4, 1);

  config.count = count;
  ls_rounds_plan(&config, count / 4, parts);
  assert_int_equal(config.rounds, 1);
  return config.bands;
}

static void a_round_is_as_many_messages_as_it_takes(void **state)
{
  (void)state;
  assert_int_equal(bands_of_one_round(4 * 14 * 1024, 1), 1);
  assert_int_equal(bands_of_one_round(4 * (14 * 1024 + 1), 1), 2);
  assert_int_equal(bands_of_one_round(4 * 20 * 14 * 1024, 1), 20);
  assert_int_equal(bands_of_one_round(4 * 14 * 1024, 3), 4);
}

static void small_pieces_and_many_stages_have_no_rounds(void **state)
{
  ls_stages_config config = config_of(4, 1);

  (void)state;
  assert_int_equal(rounds_of(config, 300), 1);
  assert_int_equal(rounds_of(config, 1200), 1);
  assert_int_equal(rounds_of(config, 1204), 0);
  config.slice_count = 2;
  assert_int_equal(rounds_of(config, 1200), 0);
  config.radix = 3;
  assert_int_equal(rounds_of(config, 300), 0);
}

// 64 KB with everything that heads it.
static void no_message_is_too_long_to_leave_alone(void **state)
{
  ls_stages_config config = config_of(2, 1);

  (void)state;
  for (config.count = 100000; config.count < 10000000; config.count *= 3) {
    for (int parts = 1; parts <= 4; parts++) {
      ls_rounds_plan(&config, 12288, parts);
      int64_t floats = config.count / 2 / config.bands + 1024;
      assert_true(floats * parts * (int64_t)sizeof(float) <= 61440);
      assert_int_equal(config.bands % config.rounds, 0);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_are_the_messages_of_each_slice),
      cmocka_unit_test(the_last_rounds_are_of_the_own_pieces),
      cmocka_unit_test(all_at_once_is_no_round),
      cmocka_unit_test(a_round_is_about_a_band),
      cmocka_unit_test(a_round_is_as_many_messages_as_it_takes),
      cmocka_unit_test(small_pieces_and_many_stages_have_no_rounds),
      cmocka_unit_test(no_message_is_too_long_to_leave_alone),
  };

  return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
