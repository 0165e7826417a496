#include "bench/steps.h"

#include "base/alloc.h"
#include "base/clock.h"

typedef struct workload {
  ls_rig *rig;
  int64_t steps; /* a repeat */
} workload;

typedef struct rank_parts {
  double seconds[LS_RIG_PARTS];
} rank_parts;

static void run(void *context)
{
  const workload *w = context;
  ls_rig_run(w->rig, w->steps);
}

// So many steps that some ten repeats fit, and a repeat is long beside its barrier.
static int64_t steps_a_repeat(ls_comm *comm, ls_rig *rig, double seconds)
{
  enum { FIRST_STEPS = 3, REPEATS = 9 };

  ls_rig_run(rig, 1);
  double taken = ls_clock_seconds();
  ls_rig_run(rig, FIRST_STEPS);
  taken = ls_clock_seconds() - taken;
  ls_comm_largest(comm, &taken, 1);
  double wanted = seconds / REPEATS / (taken / FIRST_STEPS);
  return wanted > 1 ? (int64_t)wanted : 1;
}

static void combine(ls_steps *out, const rank_parts *ranks, int size)
{
  for (int part = 0; part < LS_RIG_PARTS; part++) {
    ls_steps_part p = {0, ranks[0].seconds[part], ranks[0].seconds[part]};
    for (int rank = 0; rank < size; rank++) {
      double seconds = ranks[rank].seconds[part];
      p.mean += seconds / size;
      p.least = seconds < p.least ? seconds : p.least;
      p.most = seconds > p.most ? seconds : p.most;
    }
    out->parts[part] = p;
    out->whole += p.mean;
    if (part != LS_RIG_exchange && part != LS_RIG_waiting) {
      out->work += p.mean;
    }
  }
}

ls_status ls_steps_measure(ls_steps *out, ls_comm *comm, ls_rig *rig, double seconds)
{
  int size = ls_comm_size(comm);
  rank_parts before;
  rank_parts *ranks = ls_alloc((size_t)size, sizeof *ranks);
  ls_status status = ls_comm_agree(comm, ranks ? LS_OK : LS_E_NOMEM);

  *out = (ls_steps){.sends = ls_rig_sends(rig),
                    .relays = ls_rig_relays(rig),
                    .lends = ls_rig_lends(rig),
                    .operations = ls_rig_operations(rig),
                    .sent_bytes = ls_rig_sent_bytes(rig)};
  if (status == LS_OK) {
    workload w = {rig, steps_a_repeat(comm, rig, seconds)};
    rank_parts *own = &ranks[ls_comm_rank(comm)];
    int64_t first = ls_rig_steps(rig);
    ls_rig_seconds(rig, before.seconds);
    ls_sample sample = ls_sample_take(comm, seconds, run, &w);
    out->step = ls_sample_divided(sample, w.steps);
    ls_rig_seconds(rig, own->seconds);
    for (int part = 0; part < LS_RIG_PARTS; part++) {
      own->seconds[part] -= before.seconds[part];
      own->seconds[part] /= (double)(ls_rig_steps(rig) - first);
    }
    status = ls_comm_collect(comm, ranks, sizeof *ranks, size);
  }
  if (status == LS_OK) {
    combine(out, ranks, size);
  }
  ls_free(ranks);
  return status;
}

const char *ls_steps_part_name(int part)
{
  static const char *const names[] = {
#define NAME(name) #name,
      LS_RIG_PART_LIST(NAME)
#undef NAME
  };
  return names[part];
}
