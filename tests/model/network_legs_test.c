#include "base/alloc.h"
#include "model/network_legs.h"
#include "model/network_rows.h"
#include "network_rig.h"
#include "unit.h"

#include <string.h>

enum { LEGS = 3, PAIR = 2, INPUTS = 70, PADDED = 80, GROUP = 4 };

// Three ranks' networks, each with its inputs of all rows and, in the end, some rows.
typedef struct ranks {
  network_rig rig;
  ls_network *whole; /* one rank's, of all rows and inputs */
  ls_network *legs[LEGS];
  float *common;
  int ends[LEGS];
} ranks;

static void open_networks(ranks *r)
{
  ls_network_config config = {.layout = &r->rig.layout,
                              .kernels = ls_kernels_find(NULL),
                              .most_rows = RIG_ROWS,
                              .sparse = true};
  const int64_t floats = ls_network_common_floats(&r->rig.layout, RIG_ROWS, LEGS);

  assert_int_equal(ls_network_create(&r->whole, &config), LS_OK);
  r->common = ls_alloc((size_t)floats, sizeof *r->common);
  config.common = r->common;
  config.common_rows = RIG_ROWS;
  for (int leg = 0; leg < LEGS; leg++) {
    config.legs = (ls_network_legs){.count = LEGS, .own = leg, .rows = GROUP};
    assert_int_equal(ls_network_create(&r->legs[leg], &config), LS_OK);
  }
}

// Deals inputs up to each of `ends`; the others of a leg's matrix are nobody's.
static void open_ranks(ranks *r, const char *hidden, const int *ends)
{
  network_rig_open(&r->rig, INPUTS, hidden, 5);
  open_networks(r);
  for (int row = 0; row < RIG_ROWS; row++) {
    float *pixels = ls_network_row(r->rig.network, row);
    for (int i = 0; i < INPUTS; i++) {
      pixels[i] = pixels[i] > 0.7f ? pixels[i] : 0.0f;
    }
    memcpy(ls_network_row(r->whole, row), pixels, INPUTS * sizeof *pixels);
    for (int leg = 0, first = 0; leg < LEGS; first = ends[leg++]) {
      float *own = ls_network_common_row(r->legs[leg], row);
      memset(own, 0xff, PADDED * sizeof *own);
      memset(own + first, 0, (size_t)(ends[leg] - first) * sizeof *own);
      for (int i = first; i < ends[leg] && i < INPUTS; i++) {
        own[i] = pixels[i];
      }
    }
  }
  for (int leg = 0; leg < LEGS; leg++) {
    for (int other = 0, first = 0; other < LEGS; first = ends[other++]) {
      ls_network_deal_inputs(r->legs[leg], other,
                             (ls_span){first, ends[other] - first});
    }
  }
}

static void close_ranks(ranks *r)
{
  ls_network_destroy(r->whole);
  for (int leg = 0; leg < LEGS; leg++) {
    ls_network_destroy(r->legs[leg]);
  }
  ls_free(r->common);
  network_rig_close(&r->rig);
}

// What the relay lets ranks do, one after the other.
static void hand_rows_on(ranks *r, bool posts)
{
  const ls_dropout none = {0};
  const int ends[LEGS] = {5, 6, RIG_ROWS}; // rows that each goes on with

  for (int leg = 0; leg < LEGS; leg++) {
    ls_network_set_posts(r->legs[leg], posts == (leg != 1)); // each decides for itself
  }
  for (int row = 0; row < RIG_ROWS; row += GROUP) {
    for (int leg = 0; leg < LEGS; leg++) {
      ls_network_add_inputs(r->legs[leg], r->rig.parameters, row,
                            RIG_ROWS - row < GROUP ? RIG_ROWS - row : GROUP);
    }
  }
  for (int leg = 0, row = 0; leg < LEGS; row = ends[leg++]) {
    ls_network_begin(r->legs[leg], row);
    memcpy(ls_network_labels(r->legs[leg]), r->rig.labels + row,
           (size_t)(ends[leg] - row));
    ls_network_forward_on(r->legs[leg], r->rig.parameters, ends[leg] - row, 0.0f,
                          &none);
    ls_network_backward(r->legs[leg], r->rig.parameters, ends[leg] - row);
    ls_network_post_rows(r->legs[leg], ends[leg] - row);
  }
  for (int leg = 0; leg < LEGS; leg++) {
    ls_network_take_rows(r->legs[leg], RIG_ROWS);
  }
}

static void run_whole(ranks *r, const int *first_row, int shards)
{
  ls_network *dense = r->rig.network;

  memcpy(ls_network_labels(r->whole), r->rig.labels, RIG_ROWS);
  r->rig.network = r->whole;
  network_rig_run(&r->rig, first_row, shards);
  r->rig.network = dense;
}

// Any rank may compute any piece: its own inputs', others', and some of both.
static void legs_have_the_bits_of_one_network(void **state)
{
  const int ends[][LEGS] = {{32, 64, 80}, {16, 16, 80}, {0, 48, 80}, {48, 80, 80}};
  const int first_row[] = {0, 3, 8, RIG_ROWS};
  ranks r = {0};

  (void)state;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    open_ranks(&r, "20,16", ends[i]);
    run_whole(&r, first_row, 3);
    hand_rows_on(&r, i % 2 == 0);
    assert_memory_equal(ls_network_all_losses(r.legs[0]), ls_network_losses(r.whole),
                        RIG_ROWS * sizeof(float));
    const int64_t count = r.rig.layout.count, step = 88 * LS_PAD;
    float *piece = ls_alloc((size_t)step, sizeof *piece);
    for (int64_t at = 0; at < count; at += step) {
      const ls_span span = {at, count - at < step ? count - at : step};
      for (int leg = 0; leg < LEGS; leg++) {
        memset(piece, 0xff, (size_t)step * sizeof *piece);
        ls_network_gradient(r.legs[leg], piece, span, first_row, 3,
                            &(ls_network_near){0});
        assert_memory_equal(piece, r.rig.gradient + at,
                            (size_t)span.count * sizeof *piece);
      }
    }
    ls_free(piece);
    close_ranks(&r);
  }
}

// Two ranks' networks, of which the second keeps what it has made of all rows.
typedef struct pair {
  ranks all; /* with the rows, and one network of all of them */
  ls_network *legs[PAIR];
  float *common;
} pair;

static void open_pair(pair *p, const char *hidden, int end, int rows_of_first)
{
  static const int three[LEGS] = {32, 64, 80};
  ls_network_config config = {.layout = &p->all.rig.layout,
                              .kernels = ls_kernels_find(NULL),
                              .most_rows = RIG_ROWS,
                              .sparse = true,
                              .common_rows = RIG_ROWS};

  open_ranks(&p->all, hidden, three);
  const int64_t floats = ls_network_common_floats(&p->all.rig.layout, RIG_ROWS, PAIR);
  config.common = p->common = ls_alloc((size_t)floats, sizeof *p->common);
  for (int leg = 0; leg < PAIR; leg++) {
    config.legs =
        (ls_network_legs){.count = PAIR, .own = leg, .rows = GROUP, .keeps = true};
    assert_int_equal(ls_network_create(&p->legs[leg], &config), LS_OK);
    ls_network_deal_inputs(p->legs[leg], 0, (ls_span){0, end});
    ls_network_deal_inputs(p->legs[leg], 1, (ls_span){end, PADDED - end});
  }
  for (int row = 0; row < RIG_ROWS; row++) {
    for (int leg = 0; leg < PAIR; leg++) {
      memcpy(ls_network_common_row(p->legs[leg], row),
             ls_network_row(p->all.whole, row), INPUTS * sizeof(float));
    }
  }
  ls_network_begin(p->legs[1], rows_of_first);
}

static void close_pair(pair *p)
{
  for (int leg = 0; leg < PAIR; leg++) {
    ls_network_destroy(p->legs[leg]);
  }
  ls_free(p->common);
  close_ranks(&p->all);
}

static void hand_on_in_pair(pair *p, int rows_of_first)
{
  const float *parameters = p->all.rig.parameters;
  const ls_dropout none = {0};

  for (int row = 0; row < RIG_ROWS; row += GROUP) {
    for (int leg = 0; leg < PAIR; leg++) {
      ls_network_add_inputs(p->legs[leg], parameters, row,
                            RIG_ROWS - row < GROUP ? RIG_ROWS - row : GROUP);
    }
  }
  for (int leg = 0; leg < PAIR; leg++) {
    const int first = leg == 0 ? 0 : rows_of_first;
    const int count = leg == 0 ? rows_of_first : RIG_ROWS - rows_of_first;
    memcpy(ls_network_labels(p->legs[leg]), p->all.rig.labels + first, (size_t)count);
    ls_network_take_sums(p->legs[leg], count);
    ls_network_forward_on(p->legs[leg], parameters, count, 0.0f, &none);
    ls_network_backward(p->legs[leg], parameters, count);
    ls_network_post_rows(p->legs[leg], count);
  }
  for (int leg = 0; leg < PAIR; leg++) {
    ls_network_take_rows(p->legs[leg], RIG_ROWS);
  }
}

// The first rank may compute the first layer's weights, the second one all.
static void compare_pair(const pair *p, const int *first_row, int shards)
{
  const ls_layout *layout = &p->all.rig.layout;
  float *gradient = ls_alloc((size_t)layout->count, sizeof *gradient);

  for (int leg = 0; leg < PAIR; leg++) {
    const ls_span weight = ls_layout_tensor_span(layout, 0);
    const ls_span span = {0, leg == 0 ? weight.count : layout->count};
    ls_network_gradient(p->legs[leg], gradient, span, first_row, shards,
                        &(ls_network_near){0});
    assert_memory_equal(gradient, p->all.rig.gradient,
                        (size_t)span.count * sizeof *gradient);
  }
  assert_memory_equal(ls_network_all_losses(p->legs[0]),
                      ls_network_losses(p->all.whole), RIG_ROWS * sizeof(float));
  ls_free(gradient);
}

static void the_second_of_two_keeps_what_it_needs(void **state)
{
  static const char *const hidden[] = {"none", "20", "100", "20,16"};
  static const int ends[] = {48, 0, PADDED, 16}, rows[] = {7, 8, 2, RIG_ROWS};
  const int first_row[] = {0, 3, 8, RIG_ROWS};
  pair p = {0};

  (void)state;
  for (int i = 0; i < 16; i++) {
    open_pair(&p, hidden[i / 4], ends[i % 4], rows[i % 4]);
    run_whole(&p.all, first_row, 3);
    hand_on_in_pair(&p, rows[i % 4]);
    compare_pair(&p, first_row, 3);
    close_pair(&p);
  }
}

// A leg's next inputs: others still read these.
static void inputs_that_are_put_in_ahead_change_no_gradient(void **state)
{
  const int ends[LEGS] = {32, 64, 80}, first_row[] = {0, RIG_ROWS};
  ranks r = {0};

  (void)state;
  open_ranks(&r, "20,16", ends);
  run_whole(&r, first_row, 1);
  hand_rows_on(&r, true);
  for (int leg = 1; leg < LEGS; leg++) {
    ls_network_turn(r.legs[leg]);
    for (int row = 0; row < RIG_ROWS; row++) {
      memset(ls_network_common_row(r.legs[leg], row), 0xff, PADDED * sizeof(float));
    }
  }
  const size_t bytes = (size_t)r.rig.layout.count * sizeof(float);
  float *gradient = ls_alloc(bytes, 1);
  ls_network_gradient(r.legs[0], gradient, (ls_span){0, r.rig.layout.count}, first_row,
                      1, &(ls_network_near){0});
  assert_memory_equal(gradient, r.rig.gradient, bytes);
  ls_free(gradient);
  close_ranks(&r);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_second_of_two_keeps_what_it_needs),
      cmocka_unit_test(legs_have_the_bits_of_one_network),
      cmocka_unit_test(inputs_that_are_put_in_ahead_change_no_gradient),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
