#include "base/alloc.h"
#include "model/network_thin.h"
#include "network_rig.h"
#include "unit.h"

#include <string.h>

enum { SHARDS = 4 };

// Padding must stay +0.0, bit for bit: updates run over it.
static void padding_has_no_gradient(void **state)
{
  const int all[] = {0, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 12, "7,33", 5);
  memset(rig.gradient, 0xff, (size_t)rig.layout.count * sizeof *rig.gradient);
  network_rig_run(&rig, all, 1);
  uint32_t bits = 0;
  for (int t = 0; t < ls_layout_tensor_count(&rig.layout); t += 2) {
    ls_layout_tensor weight = ls_layout_tensor_at(&rig.layout, t);
    for (int64_t row = 0; row <= weight.rows; row++) { // the last one is the bias
      for (int64_t i = weight.columns; i < weight.stride; i++) {
        uint32_t word;
        memcpy(&word, &rig.gradient[weight.first + row * weight.stride + i],
               sizeof word);
        bits |= word;
      }
    }
  }
  assert_int_equal(bits, 0);
  network_rig_close(&rig);
}

static void shards_together_have_the_plain_gradient(void **state)
{
  const int all[] = {0, RIG_ROWS};
  const int shards[SHARDS + 1] = {0, 3, 3, 8, RIG_ROWS}; // the second one is empty
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 12, "16,7", 5);
  float *plain = ls_alloc((size_t)rig.layout.count, sizeof *plain);
  network_rig_run(&rig, all, 1);
  memcpy(plain, rig.gradient, (size_t)rig.layout.count * sizeof *plain);
  network_rig_run(&rig, shards, SHARDS);

  for (int64_t i = 0; i < rig.layout.count; i++) {
    if (!network_rig_is_close((double)rig.gradient[i], (double)plain[i])) {
      fail_msg("float %lld: %.9g, expected %.9g", (long long)i, (double)rig.gradient[i],
               (double)plain[i]);
    }
  }
  ls_free(plain);
  network_rig_close(&rig);
}

// What the promise about ranks rests on: halves of the tree, summed apart.
static void subtrees_summed_apart_give_the_same_bits(void **state)
{
  const int shards[SHARDS + 1] = {0, 3, 3, 8, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 12, "16,7", 5);
  size_t bytes = (size_t)rig.layout.count * sizeof(float);
  float *left = ls_alloc(bytes, 1);
  float *whole = ls_alloc(bytes, 1);
  network_rig_run(&rig, shards, SHARDS);
  memcpy(whole, rig.gradient, bytes);
  network_rig_run(&rig, shards, 2);
  memcpy(left, rig.gradient, bytes);
  network_rig_run(&rig, shards + 2, 2);
  for (int64_t i = 0; i < rig.layout.count; i++) {
    left[i] += rig.gradient[i];
  }

  assert_memory_equal(left, whole, bytes);
  ls_free(left);
  ls_free(whole);
  network_rig_close(&rig);
}

static void a_piece_of_the_gradient_is_that_part_of_the_whole(void **state)
{
  const int shards[SHARDS + 1] = {0, 3, 8, 10, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 20, "40,24", 10);
  float *piece = ls_alloc((size_t)rig.layout.count, sizeof *piece);
  assert_non_null(piece);
  network_rig_run(&rig, shards, SHARDS);
  for (int64_t first = 0; first < rig.layout.count; first += 3 * LS_PAD) {
    for (int64_t count = LS_PAD; first + count <= rig.layout.count;
         count += 5 * LS_PAD) {
      ls_network_gradient(rig.network, piece, (ls_span){first, count}, shards, SHARDS,
                          &(ls_network_near){0});
      assert_memory_equal(piece, rig.gradient + first, (size_t)count * sizeof *piece);
    }
  }
  ls_free(piece);
  network_rig_close(&rig);
}

enum { AHEAD_INPUTS = 70 };

static void copy_rows(ls_network *to, ls_network *from)
{
  for (int row = 0; row < RIG_ROWS; row++) {
    memcpy(ls_network_row(to, row), ls_network_row(from, row),
           AHEAD_INPUTS * sizeof(float));
  }
}

// Two ranks' networks over the same rows, the first with the rig's.
static void share_rows(ls_network *shared[2], const network_rig *rig, float *common)
{
  const ls_network_config config = {.layout = &rig->layout,
                                    .kernels = ls_kernels_find(NULL),
                                    .most_rows = RIG_ROWS,
                                    .common = common,
                                    .common_rows = RIG_ROWS};

  for (int i = 0; i < 2; i++) {
    assert_int_equal(ls_network_create(&shared[i], &config), LS_OK);
  }
  memcpy(ls_network_labels(shared[0]), rig->labels, RIG_ROWS);
  copy_rows(shared[0], rig->network);
}

// What a rank does that is early: other ranks still sum these rows up.
static void rows_that_are_put_in_ahead_change_no_gradient(void **state)
{
  const int first_row[] = {0, 3, 8, RIG_ROWS};
  network_rig rig;
  ls_network *shared[2];

  (void)state;
  network_rig_open(&rig, AHEAD_INPUTS, "20,16", 5);
  const size_t bytes = (size_t)rig.layout.count * sizeof(float);
  float *expected = ls_alloc(bytes, 1);
  float *common = ls_alloc((size_t)ls_network_common_floats(&rig.layout, RIG_ROWS, 0),
                           sizeof *common);
  share_rows(shared, &rig, common);
  ls_network *own = rig.network;
  rig.network = shared[0];
  network_rig_run(&rig, first_row, 3);
  memcpy(expected, rig.gradient, bytes);

  ls_network_turn(shared[0]);
  memset(ls_network_row(shared[0], 0), 0, AHEAD_INPUTS * sizeof(float));
  ls_network_gradient(shared[1], rig.gradient, (ls_span){0, rig.layout.count},
                      first_row, 3, &(ls_network_near){0});
  assert_memory_equal(rig.gradient, expected, bytes);
  ls_network_turn(shared[1]);
  assert_ptr_equal(ls_network_row(shared[1], 1), ls_network_row(shared[0], 1));
  ls_network_destroy(shared[0]);
  ls_network_destroy(shared[1]);
  ls_free(expected);
  ls_free(common);
  rig.network = own;
  network_rig_close(&rig);
}

// The second rank's, of which the first has the others before.
static void losses_are_where_a_rank_s_rows_are(void **state)
{
  enum { FIRST = 5, COUNT = RIG_ROWS - FIRST };
  network_rig rig;
  ls_network *shared[2];

  (void)state;
  network_rig_open(&rig, AHEAD_INPUTS, "20", 5);
  float *common = ls_alloc((size_t)ls_network_common_floats(&rig.layout, RIG_ROWS, 0),
                           sizeof *common);
  share_rows(shared, &rig, common);
  ls_network_forward(shared[0], rig.parameters, FIRST, 0.0f);
  ls_network_begin(shared[1], FIRST);
  memcpy(ls_network_labels(shared[1]), rig.labels + FIRST, COUNT);
  ls_network_forward(shared[1], rig.parameters, COUNT, 0.0f);
  ls_network_forward(rig.network, rig.parameters, RIG_ROWS, 0.0f);

  const float *expected = ls_network_losses(rig.network);
  assert_memory_equal(ls_network_all_losses(shared[0]), expected,
                      RIG_ROWS * sizeof *expected);
  assert_memory_equal(ls_network_losses(shared[1]), expected + FIRST,
                      COUNT * sizeof *expected);
  ls_network_destroy(shared[0]);
  ls_network_destroy(shared[1]);
  ls_free(common);
  network_rig_close(&rig);
}

// Most pixels become background, in both networks alike.
static void thin_out(ls_network *dense, ls_network *sparse, int features)
{
  for (int row = 0; row < RIG_ROWS; row++) {
    float *pixels = ls_network_row(dense, row);
    for (int i = 0; i < features; i++) {
      pixels[i] = pixels[i] > 0.7f ? pixels[i] : 0.0f;
    }
    memcpy(ls_network_row(sparse, row), pixels, (size_t)features * sizeof *pixels);
  }
}

// A network of the rig's rows that leaves zeros out.
static ls_network *open_sparse(const network_rig *rig, int features)
{
  const ls_network_config config = {.layout = &rig->layout,
                                    .kernels = ls_kernels_find(NULL),
                                    .most_rows = RIG_ROWS,
                                    .sparse = true};
  ls_network *sparse;

  assert_int_equal(ls_network_create(&sparse, &config), LS_OK);
  memcpy(ls_network_labels(sparse), rig->labels, RIG_ROWS);
  thin_out(rig->network, sparse, features);
  return sparse;
}

static void zeros_that_are_left_out_change_no_bits(void **state)
{
  const int first_row[] = {0, 3, 4, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 70, "20,16", 5);
  ls_network *dense = rig.network, *sparse = open_sparse(&rig, 70);
  const size_t bytes = (size_t)rig.layout.count * sizeof(float);
  float *expected = ls_alloc(bytes, 1);
  network_rig_run(&rig, first_row, 3);
  memcpy(expected, rig.gradient, bytes);
  rig.network = sparse;
  network_rig_run(&rig, first_row, 3);

  assert_memory_equal(rig.gradient, expected, bytes);
  assert_memory_equal(ls_network_losses(sparse), ls_network_losses(dense),
                      RIG_ROWS * sizeof(float));
  ls_network_destroy(dense);
  ls_free(expected);
  network_rig_close(&rig);
}

// What travels, put where it belongs, and what does not, as zeros.
static void widen(float *out, const float *lines, const uint64_t *map, int64_t count)
{
  memset(out, 0, (size_t)count * sizeof *out);
  for (int64_t line = 0; line < count / LS_PAD; line++) {
    if (map[line / 64] >> (line % 64) & 1) {
      memcpy(out + line * LS_PAD, lines, LS_PAD * sizeof *out);
      lines += LS_PAD;
    }
  }
}

// Inputs of a stretch are zero in all rows, of others in some.
static void blank(ls_network *network, int first, int end)
{
  for (int row = 0; row < RIG_ROWS; row++) {
    memset(ls_network_row(network, row) + first, 0,
           (size_t)(end - first) * sizeof(float));
  }
}

static void what_travels_is_the_gradient_without_unused_inputs(void **state)
{
  enum { FEATURES = 150 };
  static const int blanks[][2] = {{0, 0},    {0, 5},     {60, 64},
                                  {63, 130}, {149, 150}, {0, FEATURES}};
  const int first_row[] = {0, 3, 4, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, FEATURES, "20,16", 5);
  ls_network *dense = rig.network, *sparse = open_sparse(&rig, FEATURES);
  const size_t floats = (size_t)rig.layout.count;
  float *lines = ls_alloc(floats, sizeof *lines), *all = ls_alloc(floats, sizeof *all);
  uint64_t *map = ls_alloc(floats / LS_PAD / 64 + 1, sizeof *map);
  rig.network = sparse;
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
    const int first = blanks[i][0], end = blanks[i][1];
    blank(sparse, first, end);
    network_rig_run(&rig, first_row, 3);
    memset(map, 0x55, (floats / LS_PAD / 64 + 1) * sizeof *map);
    const int64_t kept = ls_network_gradient_thin(sparse, lines, map, first_row, 3);
    widen(all, lines, map, rig.layout.count);
    assert_memory_equal(all, rig.gradient, floats * sizeof *all);
    assert_true(kept <= rig.layout.count - (end - first) * ls_pad(20));
  }
  ls_network_destroy(dense);
  ls_free(lines);
  ls_free(all);
  ls_free(map);
  network_rig_close(&rig);
}

// Down the gradient of a piece at once, and after it has been stored.
static void compare_descent(const network_rig *rig, ls_span piece, const int *first_row,
                            int shards)
{
  const ls_descent descent = {0.1f, 1.0f / RIG_ROWS};
  const int64_t left = ls_layout_tensor_span(&rig->layout, 0).count - piece.first;
  const int64_t done = left < 0 ? 0 : left < piece.count ? left : piece.count;
  const size_t bytes = (size_t)rig->layout.count * sizeof(float);
  float *actual = ls_alloc(bytes, 1), *expected = ls_alloc(bytes, 1);

  memcpy(actual, rig->parameters, bytes);
  memcpy(expected, rig->parameters, bytes);
  ls_kernels_find("plain")->sgd(expected + piece.first, rig->gradient + piece.first,
                                done, descent.rate, descent.scale);
  assert_int_equal(ls_network_descend(rig->network, actual + piece.first, piece,
                                      first_row, shards, &descent),
                   done);
  assert_memory_equal(actual, expected, bytes);
  ls_free(actual);
  ls_free(expected);
}

// Pieces that begin or end within a row, or go on behind the first weight.
static void weights_go_straight_down_any_piece(void **state)
{
  const int first_row[] = {0, 3, 4, RIG_ROWS};
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 70, "40,16", 5);
  ls_network *dense = rig.network, *sparse = open_sparse(&rig, 70);
  for (int zeros = 0; zeros < 2; zeros++) {
    rig.network = zeros ? sparse : dense;
    network_rig_run(&rig, first_row, 3);
    for (int64_t first = 0; first < rig.layout.count; first += 13 * LS_PAD) {
      for (int64_t count = LS_PAD; first + count <= rig.layout.count;
           count += 31 * LS_PAD) {
        compare_descent(&rig, (ls_span){first, count}, first_row, 3);
      }
    }
  }
  ls_network_destroy(dense);
  network_rig_close(&rig);
}

static void everything_is_released(void **state)
{
  (void)state;
  assert_int_equal(ls_alloc_live(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(padding_has_no_gradient),
      cmocka_unit_test(shards_together_have_the_plain_gradient),
      cmocka_unit_test(subtrees_summed_apart_give_the_same_bits),
      cmocka_unit_test(a_piece_of_the_gradient_is_that_part_of_the_whole),
      cmocka_unit_test(rows_that_are_put_in_ahead_change_no_gradient),
      cmocka_unit_test(losses_are_where_a_rank_s_rows_are),
      cmocka_unit_test(what_travels_is_the_gradient_without_unused_inputs),
      cmocka_unit_test(zeros_that_are_left_out_change_no_bits),
      cmocka_unit_test(weights_go_straight_down_any_piece),
      cmocka_unit_test(everything_is_released),
  };
  return cmocka_run_group_tests_name("network_gradient", tests, NULL, NULL);
}
