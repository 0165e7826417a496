#include "comm/partials.h"

#include "base/alloc.h"
#include "unit.h"

enum { FLOATS = 8, PARTS = 3 };

// Sums of shards 0 and 1, and of shard 2, in two stretches of floats 0 to 4 and 4 to 8.
typedef struct sums {
  float floats[2][PARTS][FLOATS / 2];
  const float *parts[2][PARTS];
  ls_join joins[2];
  ls_chunk_table table;
  ls_stretch stretches[2];
  ls_partials partials;
} sums;

static void begin(sums *s)
{
  static const ls_tree_node shards[PARTS] = {{0, 1}, {1, 2}, {2, 3}};

  *s = (sums){0};
  for (int i = 0; i < 2; i++) {
    for (int part = 0; part < PARTS; part++) {
      s->parts[i][part] = s->floats[i][part];
    }
    s->stretches[i] = (ls_stretch){{4 * i, 4}, s->parts[i], NULL};
  }
  assert_int_equal(ls_join_plan(&s->joins[0], shards, PARTS, (ls_tree_node){0, 2}),
                   LS_OK);
  assert_int_equal(ls_join_plan(&s->joins[1], shards, PARTS, (ls_tree_node){2, 3}),
                   LS_OK);
  assert_int_equal(ls_chunk_table_init(&s->table, PARTS, 1), LS_OK);
  s->partials = (ls_partials){&s->table, s->joins, 2, s->stretches, 2};
}

static void end(sums *s)
{
  ls_join_clear(&s->joins[0]);
  ls_join_clear(&s->joins[1]);
  ls_chunk_table_clear(&s->table);
}

static void a_part_that_is_a_sum_has_a_place(void **state)
{
  sums s;

  (void)state;
  begin(&s);
  assert_ptr_equal(ls_partials_place(&s.partials, 1, (ls_span){0, 4}), s.floats[0][2]);
  assert_ptr_equal(ls_partials_place(&s.partials, 1, (ls_span){3, 1}),
                   &s.floats[0][2][3]);
  assert_ptr_equal(ls_partials_place(&s.partials, 1, (ls_span){5, 2}),
                   &s.floats[1][2][1]);
  end(&s);
}

static void what_is_to_be_joined_has_none(void **state)
{
  sums s;

  (void)state;
  begin(&s);
  assert_null(ls_partials_place(&s.partials, 0, (ls_span){0, 4}));
  end(&s);
}

static void what_lies_in_two_stretches_has_none(void **state)
{
  sums s;

  (void)state;
  begin(&s);
  assert_null(ls_partials_place(&s.partials, 1, (ls_span){3, 2}));
  assert_null(ls_partials_place(&s.partials, 1, (ls_span){7, 2}));
  end(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_part_that_is_a_sum_has_a_place),
      cmocka_unit_test(what_is_to_be_joined_has_none),
      cmocka_unit_test(what_lies_in_two_stretches_has_none),
  };
  return cmocka_run_group_tests_name("partials", tests, NULL, NULL);
}
