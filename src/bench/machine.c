#include "bench/machine.h"

#include "base/alloc.h"
#include "comm/probe.h"
#include "comm/window.h"

/* A product whose operands lie in the nearest cache, and vectors that lie in none. */
enum {
  ROWS = 32,
  WIDTH = 64,
  PRODUCTS = 64, /* a repeat */
  LONG_FLOATS = 1 << 22,
  SHORT_BYTES = 8,
  LONG_BYTES = 1 << 22
};

typedef struct workbench {
  ls_comm *comm;
  const ls_kernels *kernels;
  ls_window *window;
  float *floats; /* [3][LONG_FLOATS] */
} workbench;

static void multiply(void *context)
{
  const workbench *w = context;
  float *x = w->floats;
  float *weight = x + ROWS * WIDTH;
  float *bias = weight + WIDTH * WIDTH;
  float *out = bias + WIDTH;

  for (int i = 0; i < PRODUCTS; i++) {
    w->kernels->forward(out, x, WIDTH, weight, bias, ROWS, WIDTH, WIDTH);
  }
}

static void add_long(void *context)
{
  const workbench *w = context;
  w->kernels->add(w->floats, w->floats + LONG_FLOATS, w->floats + 2 * LONG_FLOATS,
                  LONG_FLOATS);
}

static void wait_on_node(void *context)
{
  const workbench *w = context;
  ls_window_barrier(w->window);
}

static void wait_for_all(void *context)
{
  const workbench *w = context;
  ls_comm_barrier(w->comm);
}

static void ping_short(void *context)
{
  const workbench *w = context;
  ls_probe_ping(w->comm, w->floats, SHORT_BYTES);
}

static void swap_long(void *context)
{
  const workbench *w = context;
  ls_probe_swap(w->comm, w->floats, w->floats + LONG_FLOATS, LONG_BYTES);
}

static void measure(ls_machine *out, workbench *w, double seconds)
{
  ls_comm *comm = w->comm;
  const double operations = 2.0 * ROWS * WIDTH * WIDTH * PRODUCTS;
  const double moved = 3.0 * LONG_FLOATS * sizeof(float);

  out->product_rate = operations / ls_sample_take(comm, seconds, multiply, w).median;
  out->memory_rate = moved / ls_sample_take(comm, seconds, add_long, w).median;
  out->node_barrier = ls_sample_take_short(comm, seconds, wait_on_node, w);
  out->all_barrier = ls_sample_take_short(comm, seconds, wait_for_all, w);
  out->partner = ls_probe_partner(comm);
  if (out->partner >= 0) {
    ls_sample there_and_back = ls_sample_take_short(comm, seconds, ping_short, w);
    out->message = ls_sample_divided(there_and_back, 2);
    out->message_rate = LONG_BYTES / ls_sample_take(comm, seconds, swap_long, w).median;
  }
}

ls_status ls_machine_measure(ls_machine *out, ls_comm *comm, const ls_kernels *kernels,
                             double seconds)
{
  workbench w = {.comm = comm, .kernels = kernels};

  *out = (ls_machine){0};
  w.floats = ls_alloc(3 * (size_t)LONG_FLOATS, sizeof *w.floats);
  ls_status status = ls_comm_agree(comm, w.floats ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    status = ls_window_create(&w.window, comm, LS_ALIGNMENT);
  }
  if (status == LS_OK) {
    measure(out, &w, seconds);
    ls_window_destroy(w.window);
  }
  ls_free(w.floats);
  return status;
}
