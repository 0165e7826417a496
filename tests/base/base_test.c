#include "base/alloc.h"
#include "base/log.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/tree.h"
#include "base/wrap.h"
#include "lockstep/span.h"
#include "lockstep/status.h"
#include "unit.h"

#include <string.h>

static void fail_keeps_the_text_and_returns_the_status(void **state)
{
  (void)state;
  assert_int_equal(ls_fail(LS_E_IO, "cannot open '%s'", "x"), LS_E_IO);
  assert_string_equal(ls_status_message(), "cannot open 'x'");
  assert_int_equal(ls_fail(LS_E_IO, "rank 3: %s", ls_status_message()), LS_E_IO);
  assert_string_equal(ls_status_message(), "rank 3: cannot open 'x'");
}

static void alloc_refuses_sizes_that_overflow(void **state)
{
  (void)state;
  int64_t before = ls_alloc_live();
  assert_null(ls_alloc(SIZE_MAX / 2, 8));
  assert_int_equal(ls_alloc_live(), before);
}

static void alloc_counts_aligns_and_zeroes(void **state)
{
  (void)state;
  int64_t before = ls_alloc_live();
  unsigned char *bytes = ls_alloc(3, 5);

  assert_non_null(bytes);
  assert_int_equal((uintptr_t)bytes % LS_ALIGNMENT, 0);
  assert_int_equal(bytes[0] | bytes[14], 0);
  assert_int_equal(ls_alloc_live(), before + 1);
  ls_free(bytes);
  ls_free(NULL);
  assert_int_equal(ls_alloc_live(), before);
}

// Figures of Random123's kat_vectors for philox4x32 10.
static void random_words_are_philox(void **state)
{
  (void)state;
  uint32_t words[4];

  ls_random_words(words, 0, 0, 0);
  assert_int_equal(words[0], 0x6627e8d5u);
  assert_int_equal(words[3], 0x9b00dbd8u);
  ls_random_words(words, UINT64_MAX, UINT64_MAX, UINT64_MAX);
  assert_int_equal(words[0], 0x408f276du);
  assert_int_equal(words[3], 0x6d5451fdu);
}

static void sha256_of_abc_is_the_published_one(void **state)
{
  (void)state;
  uint8_t whole[LS_SHA256_BYTES];
  uint8_t pieces[LS_SHA256_BYTES];
  char hex[LS_SHA256_HEX];
  ls_sha256 *sha = NULL;

  ls_sha256_of(whole, "abc", 3);
  ls_sha256_hex(hex, whole);
  assert_string_equal(
      hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(ls_sha256_create(&sha), LS_OK);
  ls_sha256_add(sha, "a", 1);
  ls_sha256_add(sha, "bc", 2);
  ls_sha256_destroy(pieces, sha);
  assert_memory_equal(whole, pieces, sizeof whole);
}

// Every run of leaves of every small tree: the cover is the run, in order, and each of
// its nodes is one of the tree's own.
static void tree_cover_is_made_of_the_trees_own_nodes(void **state)
{
  (void)state;
  ls_tree_node nodes[LS_TREE_NODES_MAX];

  for (int count = 1; count <= 20; count++) {
    for (int first = 0; first < count; first++) {
      for (int last = first + 1; last <= count; last++) {
        int used = ls_tree_cover(nodes, count, first, last);
        int next = first;
        for (int i = 0; i < used; i++) {
          ls_tree_node alone[LS_TREE_NODES_MAX];
          assert_int_equal(nodes[i].lo, next);
          assert_int_equal(ls_tree_cover(alone, count, nodes[i].lo, nodes[i].hi), 1);
          next = nodes[i].hi;
        }
        assert_int_equal(next, last);
      }
    }
  }
}

static void tree_splits_at_the_largest_power_of_two_below(void **state)
{
  (void)state;
  assert_int_equal(ls_tree_split(0, 2), 1);
  assert_int_equal(ls_tree_split(0, 3), 2);
  assert_int_equal(ls_tree_split(0, 8), 4);
  assert_int_equal(ls_tree_split(4, 9), 8);
}

static void tree_sum_joins_left_and_right(void **state)
{
  (void)state;
  const double values[] = {1e16, 1.0, -1e16, 1.0, 3.0};

  // ((1e16 + 1) + (-1e16 + 1)) + 3, which a chain would round differently.
  assert_true(ls_tree_sum(values, 5) == ((1e16 + 1.0) + (-1e16 + 1.0)) + 3.0);
  assert_true(ls_tree_sum(values, 0) == 0.0);
}

static void span_parts_cover_every_item_once(void **state)
{
  (void)state;
  for (int count = 0; count <= 17; count++) {
    for (int parts = 1; parts <= 17; parts++) {
      int64_t next = 0;
      for (int i = 0; i < parts; i++) {
        ls_span span = ls_span_part(count, parts, i);
        assert_int_equal(span.first, next);
        next += span.count;
      }
      assert_int_equal(next, count);
    }
  }
}

static void encode_keeps_a_record_one_line_of_words(void **state)
{
  (void)state;
  char text[32];

  ls_log_encode(text, sizeof text, "a b=50%\n");
  assert_string_equal(text, "a%20b%3D50%25%0A");
  ls_log_encode(text, 4, "a b");
  assert_string_equal(text, "a");
}

static void wrap_breaks_long_lines_at_blanks(void **state)
{
  (void)state;
  char out[256];

  ls_wrap(out, sizeof out, "a line that fits stays  as it is", 48);
  assert_string_equal(out, "a line that fits stays  as it is");
  ls_wrap(out, sizeof out, "run one=111111111111111 two=22222222222222222222 three=3\n",
          48);
  assert_string_equal(out, "run one=111111111111111 two=22222222222222222222\n"
                           "    three=3\n");
  ls_wrap(out, sizeof out, "steps     a column and a second one that is much too long",
          48);
  assert_string_equal(out, "steps     a column and a second one that is much\n"
                           "          too long");
  ls_wrap(out, sizeof out, "model weights=012345678901234567890123456789012345678", 48);
  assert_string_equal(out, "model\n weights=012345678901234567890123456789012345678");
  ls_wrap(out, 8, "cut where there is no room", 48);
  assert_string_equal(out, "cut whe");
}

static void wrap_decodes_records_alone(void **state)
{
  (void)state;
  char record[] = "kind key=a%20b%3D1%0Ac%1Bd%";
  char text[] = "rate 50%20 is no record";

  ls_wrap_decode(record);
  assert_string_equal(record, "kind key=a b=1\n  c%1Bd%");
  ls_wrap_decode(text);
  assert_string_equal(text, "rate 50%20 is no record");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fail_keeps_the_text_and_returns_the_status),
      cmocka_unit_test(alloc_refuses_sizes_that_overflow),
      cmocka_unit_test(alloc_counts_aligns_and_zeroes),
      cmocka_unit_test(random_words_are_philox),
      cmocka_unit_test(sha256_of_abc_is_the_published_one),
      cmocka_unit_test(tree_cover_is_made_of_the_trees_own_nodes),
      cmocka_unit_test(tree_splits_at_the_largest_power_of_two_below),
      cmocka_unit_test(tree_sum_joins_left_and_right),
      cmocka_unit_test(span_parts_cover_every_item_once),
      cmocka_unit_test(encode_keeps_a_record_one_line_of_words),
      cmocka_unit_test(wrap_breaks_long_lines_at_blanks),
      cmocka_unit_test(wrap_decodes_records_alone),
  };
  return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
