#include "comm/binding.h"

#include "base/alloc.h"
#include "base/log.h"
#include "comm/comm_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 512, BOOT_BYTES = 40 };

// Who sits where, while ranks are seated one after the other.
typedef struct seats {
  const ls_binding_rank *ranks;
  int taken[LS_CORES_MAX]; /* 1 + the rank on that core; 0: free */
  ls_cores tried;          /* in the current search */
} seats;

// Looks for an augmenting path: a free core, or one whose rank can move elsewhere.
static bool find_seat(seats *s, int rank)
{
  for (int core = 0; core < LS_CORES_MAX; core++) {
    if (!ls_cores_have(&s->ranks[rank].own, core) || ls_cores_have(&s->tried, core)) {
      continue;
    }
    ls_cores_add(&s->tried, core);
    if (s->taken[core] == 0 || find_seat(s, s->taken[core] - 1)) {
      s->taken[core] = rank + 1;
      return true;
    }
  }
  return false;
}

// After a search in vain: those who sit on the cores that were tried, and the one who
// stands, are one more than there are cores for them.
static ls_binding describe(const seats *s, int standing, int all_cores)
{
  ls_binding found = {.kind = LS_BINDING_SHARED,
                      .first = standing,
                      .second = standing,
                      .cores = ls_cores_count(&s->tried),
                      .all_cores = all_cores};

  found.ranks = found.cores + 1;
  for (int core = 0; core < LS_CORES_MAX; core++) {
    if (ls_cores_have(&s->tried, core) && s->taken[core] - 1 < found.first) {
      found.first = s->taken[core] - 1;
    }
  }
  return found;
}

// How many cores the job may use, whatever its ranks are bound to.
static int count_granted(const ls_binding_rank *ranks, int count, int all_cores)
{
  ls_cores granted = {{0}};
  double quota = 0;
  bool limited = true;

  for (int i = 0; i < count; i++) {
    ls_cores_join(&granted, &ranks[i].own);
    ls_cores_join(&granted, &ranks[i].granted);
    quota += ranks[i].quota;
    limited = limited && ranks[i].quota > 0;
  }
  int cores = ls_cores_count(&granted);
  if (limited && quota < cores) {
    cores = quota < 1 ? 1 : (int)(quota + 0.5);
  }
  return cores < all_cores ? cores : all_cores;
}

static bool all_are_known(const ls_binding_rank *ranks, int count)
{
  for (int i = 0; i < count; i++) {
    if (ls_cores_count(&ranks[i].own) == 0) {
      return false;
    }
  }
  return true;
}

ls_binding ls_binding_judge(const ls_binding_rank *ranks, int count, int all_cores)
{
  ls_binding found = {.ranks = count, .second = count - 1, .all_cores = all_cores};
  seats *s = ls_alloc(1, sizeof *s);

  if (!s || all_cores == 0 || !all_are_known(ranks, count)) {
    ls_free(s);
    return found;
  }
  s->ranks = ranks;
  found.cores = count_granted(ranks, count, all_cores);
  if (count > found.cores) {
    found.kind = count > all_cores ? LS_BINDING_CROWDED : LS_BINDING_LIMITED;
  }
  for (int rank = 0; found.kind == LS_BINDING_GOOD && rank < count; rank++) {
    s->tried = (ls_cores){{0}};
    if (!find_seat(s, rank)) {
      found = describe(s, rank, all_cores);
    }
  }
  ls_free(s);
  return found;
}

// `ranks`: of the run, those of the machine in order.
static void write_text(char text[TEXT_BYTES], const ls_binding *found, const int *ranks)
{
  static const char mend[] = "mpirun --bind-to core (or none), srun --cpu-bind=cores";
  int first = ranks[found->first];
  int second = ranks[found->second];
  char host[64] = "?";

  (void)gethostname(host, sizeof host - 1);
  if (found->kind == LS_BINDING_CROWDED) {
    (void)snprintf(
        text, TEXT_BYTES,
        "%d ranks take turns on the %d core%s of '%s': as many ranks as cores "
        "are fastest",
        found->ranks, found->cores, found->cores == 1 ? "" : "s", host);
  } else if (found->kind == LS_BINDING_LIMITED) {
    (void)snprintf(text, TEXT_BYTES,
                   "%d ranks may use %d of the %d cores of '%s': ask for more (Slurm's "
                   "--cpus-per-task, a container's --cpus, taskset) or start fewer",
                   found->ranks, found->cores, found->all_cores, host);
  } else if (found->kind == LS_BINDING_SHARED && found->cores == 1) {
    (void)snprintf(text, TEXT_BYTES,
                   "ranks %d and %d of '%s' are bound to the same core of %d: use %s",
                   first, second, host, found->all_cores, mend);
  } else if (found->kind == LS_BINDING_SHARED) {
    (void)snprintf(text, TEXT_BYTES,
                   "%d ranks of '%s', %d and %d among them, are bound to the same %d "
                   "cores of %d: use %s",
                   found->ranks, host, first, second, found->cores, found->all_cores,
                   mend);
  }
}

// A machine's boot as two colours that MPI takes: nobody else's are the same.
static void read_boot(int colours[2])
{
  char boot[BOOT_BYTES] = "";
  uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a
  FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

  if (!file || !fgets(boot, sizeof boot, file)) {
    (void)gethostname(boot, sizeof boot - 1);
  }
  if (file) {
    (void)fclose(file);
  }
  for (const char *at = boot; *at; at++) {
    hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
  }
  colours[0] = (int)(hash & INT32_MAX);
  colours[1] = (int)(hash >> 32 & INT32_MAX);
}

static void split_by_machine(MPI_Comm *machine, const ls_comm *comm)
{
  int colours[2];
  MPI_Comm half = MPI_COMM_NULL;

  read_boot(colours);
  MPI_Comm_split(comm->all, colours[0], comm->rank, &half);
  MPI_Comm_split(half, colours[1], comm->rank, machine);
  MPI_Comm_free(&half);
}

// On the machine's first rank: its judgement and text.
static ls_binding_kind judge_machine(char text[TEXT_BYTES], MPI_Comm machine,
                                     const ls_comm *comm)
{
  ls_binding found = {.kind = LS_BINDING_GOOD};
  ls_binding_rank own;
  int place = 0;
  int count = 0;

  MPI_Comm_rank(machine, &place);
  MPI_Comm_size(machine, &count);
  ls_cores_of(&own.own, 0);
  ls_cores_of(&own.granted, getppid());
  own.quota = ls_cores_quota("/proc/self/cgroup", "/sys/fs/cgroup") / comm->node_size;
  size_t rows = place == 0 ? (size_t)count : 0;
  ls_binding_rank *all = ls_alloc(rows, sizeof *all);
  int *ranks = ls_alloc(rows, sizeof *ranks);
  if (!all || !ranks) {
    ls_comm_abort(1);
  }
  MPI_Gather(&own, sizeof own, MPI_BYTE, all, sizeof own, MPI_BYTE, 0, machine);
  MPI_Gather(&comm->rank, 1, MPI_INT, ranks, 1, MPI_INT, 0, machine);
  if (place == 0) {
    ls_cores online;
    ls_cores_online(&online);
    found = ls_binding_judge(all, count, ls_cores_count(&online));
    write_text(text, &found, ranks);
  }
  ls_free(all);
  ls_free(ranks);
  return found.kind;
}

ls_binding_kind ls_binding_check(ls_comm *comm)
{
  MPI_Comm machine = MPI_COMM_NULL;
  char text[TEXT_BYTES] = "";

  split_by_machine(&machine, comm);
  int kind = (int)judge_machine(text, machine, comm);
  MPI_Comm_free(&machine);
  int speaker = kind == LS_BINDING_GOOD ? comm->size : comm->rank;
  int lowest = 0;
  MPI_Allreduce(&speaker, &lowest, 1, MPI_INT, MPI_MIN, comm->all);
  if (lowest == comm->size) {
    return LS_BINDING_GOOD;
  }
  MPI_Bcast(&kind, 1, MPI_INT, lowest, comm->all);
  MPI_Bcast(text, sizeof text, MPI_CHAR, lowest, comm->all);
  if (kind == LS_BINDING_SHARED) {
    ls_log_warn("%s", text);
  } else {
    ls_log_say("%s\n", text);
  }
  return (ls_binding_kind)kind;
}
