#include "comm/binding.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MACHINE = 8 };

static ls_cores cores_from(int first, int count)
{
  ls_cores cores = {{0}};

  for (int i = 0; i < count; i++) {
    ls_cores_add(&cores, first + i);
  }
  return cores;
}

static ls_binding_rank rank_on(int first, int count)
{
  return (ls_binding_rank){cores_from(first, count), cores_from(0, MACHINE), 0};
}

static void ranks_with_a_core_each_are_good(void **state)
{
  (void)state;
  ls_binding_rank bound[] = {rank_on(0, 1), rank_on(1, 1), rank_on(2, 1)};
  ls_binding_rank unbound[] = {rank_on(0, 8), rank_on(0, 8), rank_on(0, 8)};

  assert_int_equal(ls_binding_judge(bound, 3, MACHINE).kind, LS_BINDING_GOOD);
  assert_int_equal(ls_binding_judge(unbound, 3, MACHINE).kind, LS_BINDING_GOOD);
}

// The first rank takes core 0, which the third must have.
static void a_rank_moves_for_one_with_less_choice(void **state)
{
  (void)state;
  ls_binding_rank ranks[] = {rank_on(0, 3), rank_on(0, 2), rank_on(0, 1)};

  assert_int_equal(ls_binding_judge(ranks, 3, MACHINE).kind, LS_BINDING_GOOD);
}

static void two_ranks_on_one_core_are_named(void **state)
{
  (void)state;
  ls_binding_rank ranks[] = {rank_on(4, 1), rank_on(5, 1), rank_on(6, 2),
                             rank_on(5, 1)};
  ls_binding found = ls_binding_judge(ranks, 4, MACHINE);

  assert_int_equal(found.kind, LS_BINDING_SHARED);
  assert_int_equal(found.ranks, 2);
  assert_int_equal(found.cores, 1);
  assert_int_equal(found.first, 1);
  assert_int_equal(found.second, 3);
}

static void three_ranks_on_two_cores_are_counted(void **state)
{
  (void)state;
  ls_binding_rank ranks[] = {rank_on(0, 1), rank_on(2, 2), rank_on(2, 2),
                             rank_on(2, 2)};
  ls_binding found = ls_binding_judge(ranks, 4, MACHINE);

  assert_int_equal(found.kind, LS_BINDING_SHARED);
  assert_int_equal(found.ranks, 3);
  assert_int_equal(found.cores, 2);
  assert_int_equal(found.first, 1);
}

static void a_limit_from_outside_is_not_the_binding(void **state)
{
  (void)state;
  ls_binding_rank ranks[2];

  for (int i = 0; i < 2; i++) {
    ranks[i] = (ls_binding_rank){cores_from(3, 1), cores_from(3, 1), 0};
  }
  ls_binding found = ls_binding_judge(ranks, 2, MACHINE);
  assert_int_equal(found.kind, LS_BINDING_LIMITED);
  assert_int_equal(found.cores, 1);
}

static void granted_time_limits_too(void **state)
{
  (void)state;
  ls_binding_rank ranks[] = {rank_on(0, 8), rank_on(0, 8)};

  ranks[0].quota = ranks[1].quota = 0.5;
  assert_int_equal(ls_binding_judge(ranks, 2, MACHINE).kind, LS_BINDING_LIMITED);
  ranks[0].quota = ranks[1].quota = 1;
  assert_int_equal(ls_binding_judge(ranks, 2, MACHINE).kind, LS_BINDING_GOOD);
}

static void more_ranks_than_cores_are_crowded(void **state)
{
  (void)state;
  ls_binding_rank ranks[MACHINE + 1];

  for (int i = 0; i <= MACHINE; i++) {
    ranks[i] = rank_on(0, MACHINE);
  }
  assert_int_equal(ls_binding_judge(ranks, MACHINE + 1, MACHINE).kind,
                   LS_BINDING_CROWDED);
  assert_int_equal(ls_binding_judge(ranks, MACHINE, MACHINE).kind, LS_BINDING_GOOD);
}

static void what_is_not_known_is_not_judged(void **state)
{
  (void)state;
  ls_binding_rank ranks[] = {rank_on(0, 1), rank_on(0, 0)};

  assert_int_equal(ls_binding_judge(ranks, 2, MACHINE).kind, LS_BINDING_GOOD);
}

static void this_process_has_cores(void **state)
{
  (void)state;
  ls_cores own, online;

  ls_cores_of(&own, 0);
  ls_cores_online(&online);
  assert_true(ls_cores_count(&own) >= 1);
  assert_true(ls_cores_count(&online) >= ls_cores_count(&own));
}

static void write_file(const char *directory, const char *name, const char *text)
{
  char path[300];

  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static const char *make_directory(char path[300], const char *root, const char *name)
{
  (void)snprintf(path, 300, "%s/%s", root, name);
  assert_int_equal(mkdir(path, 0700), 0);
  return path;
}

static void both_kinds_of_control_groups_are_read(void **state)
{
  (void)state;
  char root[] = "/tmp/lockstep-groups-XXXXXX";
  char groups[300], path[300], command[300];

  assert_non_null(mkdtemp(root));
  (void)snprintf(groups, sizeof groups, "%s/groups", root);
  write_file(root, "groups", "0::/job/step\n");
  assert_true(ls_cores_quota(groups, root) == 0);
  write_file(make_directory(path, root, "job"), "cpu.max", "150000 100000\n");
  write_file(make_directory(path, root, "job/step"), "cpu.max", "max 100000\n");
  assert_true(ls_cores_quota(groups, root) == 1.5);

  write_file(root, "groups", "9:cpuset:/\n4:cpu,cpuacct:/outside\n");
  write_file(make_directory(path, root, "cpu"), "cpu.cfs_period_us", "100000\n");
  write_file(path, "cpu.cfs_quota_us", "-1\n");
  assert_true(ls_cores_quota(groups, root) == 0);
  write_file(path, "cpu.cfs_quota_us", "400000\n");
  assert_true(ls_cores_quota(groups, root) == 4);
  (void)snprintf(command, sizeof command, "rm -r %s", root);
  assert_int_equal(system(command), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_with_a_core_each_are_good),
      cmocka_unit_test(a_rank_moves_for_one_with_less_choice),
      cmocka_unit_test(two_ranks_on_one_core_are_named),
      cmocka_unit_test(three_ranks_on_two_cores_are_counted),
      cmocka_unit_test(a_limit_from_outside_is_not_the_binding),
      cmocka_unit_test(granted_time_limits_too),
      cmocka_unit_test(more_ranks_than_cores_are_crowded),
      cmocka_unit_test(what_is_not_known_is_not_judged),
      cmocka_unit_test(this_process_has_cores),
      cmocka_unit_test(both_kinds_of_control_groups_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
