find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka>=1.1.5)

# Open MPI wants these as root, or with more ranks than cores; a program must not.
set(LOCKSTEP_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
  OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_if_include=lo
  OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_mpi_yield_when_idle=1)

# Sanitizers: Open MPI keeps memory for ever, which only whole stacks can tell from ours.
# A process without a launcher has threads whose local storage the leak checker crashes on.
set(LOCKSTEP_TEST_PATIENCE 1)
if(LOCKSTEP_SANITIZE)
  set(LOCKSTEP_TEST_PATIENCE 8)
  list(APPEND LOCKSTEP_TEST_ENVIRONMENT
    ASAN_OPTIONS=fast_unwind_on_malloc=0 UBSAN_OPTIONS=print_stacktrace=1
    LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/lsan.supp:print_suppressions=0:use_tls=0)
endif()

# lockstep_add_test(<name> [RANKS 1 2 3 ...] [SOURCES file ...] [LABELS unit ...]
#                   [TIMEOUT seconds])
#
# Builds test_<name> from <name>_test.c (and SOURCES) with cmocka and registers it:
# once as `<name>` without MPI, or as `<name>.np1 ...` under mpiexec for each of RANKS.
function(lockstep_add_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "RANKS;SOURCES;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(test_${name} ${name}_test.c ${arg_SOURCES})
  target_include_directories(test_${name} PRIVATE
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE
    lockstep lockstep_build PkgConfig::CMOCKA $<$<BOOL:${arg_RANKS}>:MPI::MPI_C>)
  target_compile_definitions(test_${name} PRIVATE
    LOCKSTEP_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  if(NOT arg_RANKS)
    add_test(NAME ${name} COMMAND test_${name})
    lockstep_set_test(${name} 1 ${arg_TIMEOUT} "${arg_LABELS}")
  endif()
  foreach(ranks IN LISTS arg_RANKS)
    add_test(NAME ${name}.np${ranks}
      COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
              $<TARGET_FILE:test_${name}>)
    lockstep_set_test(${name}.np${ranks} ${ranks} ${arg_TIMEOUT} "${arg_LABELS}")
  endforeach()
endfunction()

# lockstep_add_script_test(<name> COMMAND <program> <argument> ... [PROCESSORS n]
#                          [LABELS cli ...] [TIMEOUT seconds] [SOAK])
#
# Registers a script (SOAK: for `ctest -C soak` alone, being too long for every day); it finds the program as $LOCKSTEP, mpiexec as $MPIEXEC, the source
# tree as $LOCKSTEP_SOURCE and the build tree as $LOCKSTEP_BUILD, and exits 77 to skip.
function(lockstep_add_script_test name)
  cmake_parse_arguments(arg "SOAK" "TIMEOUT;PROCESSORS" "COMMAND;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  set(when)
  if(arg_SOAK)
    set(when CONFIGURATIONS soak)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND} ${when})
  lockstep_set_test(${name} ${arg_PROCESSORS} ${arg_TIMEOUT} "${arg_LABELS}")
endfunction()

# PROCESSORS lets ctest pack the tests; every test has a time-out, because a hang is how
# an MPI program fails.
function(lockstep_set_test name processors timeout labels)
  math(EXPR timeout "${timeout} * ${LOCKSTEP_TEST_PATIENCE}")
  set_tests_properties(${name} PROPERTIES
    PROCESSORS ${processors} TIMEOUT ${timeout} LABELS "${labels}" SKIP_RETURN_CODE 77
    ENVIRONMENT "${LOCKSTEP_TEST_ENVIRONMENT};LOCKSTEP=$<TARGET_FILE:lockstep_cli>;MPIEXEC=${MPIEXEC_EXECUTABLE};LOCKSTEP_SOURCE=${PROJECT_SOURCE_DIR};LOCKSTEP_BUILD=${PROJECT_BINARY_DIR}")
endfunction()
