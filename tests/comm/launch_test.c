#include "comm/launch.h"
#include "unit.h"

#include <stdlib.h>

static const char *const variables[] = {"OMPI_COMM_WORLD_SIZE",
                                        "OMPI_COMM_WORLD_LOCAL_SIZE",
                                        "OMPI_COMM_WORLD_LOCAL_RANK",
                                        "SLURM_HET_SIZE",
                                        "SLURM_STEP_NUM_NODES",
                                        "SLURM_LOCALID",
                                        "PMIX_RANK",
                                        "PMI_RANK",
                                        "OMPI_MCA_btl_tcp_eager_limit",
                                        "OMPI_MCA_btl_tcp_rndv_eager_limit",
                                        "OMPI_MCA_pml"};

static int forget_launcher(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    unsetenv(variables[i]);
  }
  return 0;
}

static void set(const char *name, const char *value)
{
  assert_int_equal(setenv(name, value, 1), 0);
}

static void a_process_started_by_hand_is_alone(void **state)
{
  (void)state;
  assert_true(ls_launch_is_on_one_host());
  assert_true(ls_launch_is_first_of_host());
}

static void mpirun_tells_whether_all_ranks_are_here(void **state)
{
  (void)state;
  set("OMPI_COMM_WORLD_SIZE", "12");
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "12");
  set("SLURM_STEP_NUM_NODES", "2"); // of the step that mpirun itself runs in
  set("PMIX_RANK", "3");
  assert_true(ls_launch_is_on_one_host());
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "1");
  assert_false(ls_launch_is_on_one_host());
  set("OMPI_COMM_WORLD_LOCAL_RANK", "1");
  assert_false(ls_launch_is_first_of_host());
}

static void srun_tells_how_many_nodes_a_step_has(void **state)
{
  (void)state;
  set("PMIX_RANK", "0");
  set("SLURM_STEP_NUM_NODES", "1");
  set("SLURM_LOCALID", "0");
  assert_true(ls_launch_is_on_one_host());
  assert_true(ls_launch_is_first_of_host());
  set("SLURM_STEP_NUM_NODES", "10");
  set("SLURM_LOCALID", "10");
  assert_false(ls_launch_is_on_one_host());
  assert_false(ls_launch_is_first_of_host());
  set("SLURM_STEP_NUM_NODES", "1");
  set("SLURM_HET_SIZE", "2");
  assert_false(ls_launch_is_on_one_host());
}

static void of_an_unknown_launcher_nothing_is_taken_for_granted(void **state)
{
  (void)state;
  set("PMIX_RANK", "0");
  assert_false(ls_launch_is_on_one_host());
  unsetenv("PMIX_RANK");
  set("PMI_RANK", "0");
  assert_false(ls_launch_is_on_one_host());
}

static void networks_are_left_out_on_one_host_only(void **state)
{
  (void)state;
  set("OMPI_COMM_WORLD_SIZE", "2");
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "1");
  ls_launch_leave_networks_out();
  assert_null(getenv("OMPI_MCA_pml"));
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "2");
  ls_launch_leave_networks_out();
  assert_string_equal(getenv("OMPI_MCA_pml"), "ob1");
}

static void who_names_a_pml_gets_it(void **state)
{
  (void)state;
  set("OMPI_MCA_pml", "ucx");
  ls_launch_leave_networks_out();
  assert_string_equal(getenv("OMPI_MCA_pml"), "ucx");
}

static void long_messages_may_go_where_there_are_hosts(void **state)
{
  (void)state;
  set("OMPI_COMM_WORLD_SIZE", "2");
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "2");
  ls_launch_let_long_messages_go();
  assert_null(getenv("OMPI_MCA_btl_tcp_eager_limit"));
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "1");
  ls_launch_let_long_messages_go();
  const char *limit = getenv("OMPI_MCA_btl_tcp_eager_limit");
  assert_non_null(limit);
  assert_int_equal(atol(limit), LS_LAUNCH_EAGER_BYTES);
}

static void who_names_a_limit_gets_it(void **state)
{
  (void)state;
  set("OMPI_COMM_WORLD_SIZE", "2");
  set("OMPI_COMM_WORLD_LOCAL_SIZE", "1");
  set("OMPI_MCA_btl_tcp_eager_limit", "65536");
  ls_launch_let_long_messages_go();
  assert_string_equal(getenv("OMPI_MCA_btl_tcp_eager_limit"), "65536");
  unsetenv("OMPI_MCA_btl_tcp_eager_limit");
  // At most as much as the other one, which is then not to be known here.
  set("OMPI_MCA_btl_tcp_rndv_eager_limit", "1048576");
  ls_launch_let_long_messages_go();
  assert_null(getenv("OMPI_MCA_btl_tcp_eager_limit"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_process_started_by_hand_is_alone, forget_launcher),
      cmocka_unit_test_setup(mpirun_tells_whether_all_ranks_are_here, forget_launcher),
      cmocka_unit_test_setup(srun_tells_how_many_nodes_a_step_has, forget_launcher),
      cmocka_unit_test_setup(of_an_unknown_launcher_nothing_is_taken_for_granted,
                             forget_launcher),
      cmocka_unit_test_setup(networks_are_left_out_on_one_host_only, forget_launcher),
      cmocka_unit_test_setup(who_names_a_pml_gets_it, forget_launcher),
      cmocka_unit_test_setup(long_messages_may_go_where_there_are_hosts,
                             forget_launcher),
      cmocka_unit_test_setup(who_names_a_limit_gets_it, forget_launcher),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
