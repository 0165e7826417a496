#include "train/fingerprint.h"

#include "base/alloc.h"
#include "base/random.h"
#include "lockstep/schedule.h"

enum { ROWS = 5, INPUTS = 48, OUTPUTS = 17, RATES = 64 };

typedef struct figures {
  float x[ROWS * INPUTS];
  float weight[INPUTS * 2 * LS_PAD];
  float bias[2 * LS_PAD];
  float out[ROWS * 2 * LS_PAD];
  float deltas[ROWS * 2 * LS_PAD];
  float losses[LS_PAD];
} figures;

static void fill(float *values, int rows, int columns, uint64_t stream)
{
  uint32_t words[4];

  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) {
      ls_random_words(words, 1, stream, (uint64_t)(row * columns + column));
      values[row * ls_pad(columns) + column] = 2.0f * ls_random_unit(words[0]) - 1.0f;
    }
  }
}

static void compute(figures *f, const ls_kernels *kernels)
{
  static const uint8_t labels[ROWS] = {0, 3, 16, 7, 9};
  uint8_t correct[LS_PAD];

  fill(f->x, ROWS, INPUTS, 101);
  fill(f->weight, INPUTS, OUTPUTS, 102);
  fill(f->bias, 1, OUTPUTS, 103);
  kernels->forward(f->out, f->x, ls_pad(INPUTS), f->weight, f->bias, ROWS, INPUTS,
                   OUTPUTS);
  kernels->softmax_loss(f->deltas, f->losses, correct, f->out, labels, ROWS, OUTPUTS,
                        0.0f);
}

// The functions that schedules take from the C library, at fixed places: not the run's
// own schedule, which may change or be held longer on the same machine.
static ls_status add_rates(ls_sha256 *sha)
{
  static const char text[] =
      "(warmup(shape=log) for 20 then cosine(exponent=0.7)) * exp(tau=50) * tanh * "
      "inverse_time(rate=0.1, power=0.75) * exponential(rate=0.9, every=7)";
  const ls_schedule_run run = {0.1, RATES, 8};
  ls_schedule *parsed = NULL, *resolved = NULL;

  ls_status status = ls_schedule_parse(&parsed, text, NULL);
  if (status == LS_OK) {
    status = ls_schedule_resolve(&resolved, parsed, &run);
  }
  for (int step = 0; status == LS_OK && step < RATES; step++) {
    double rate = ls_schedule_at(resolved, step, NULL);
    ls_sha256_add(sha, &rate, sizeof rate);
  }
  ls_schedule_destroy(resolved);
  ls_schedule_destroy(parsed);
  return status;
}

ls_status ls_fingerprint(char hex[LS_SHA256_HEX], const ls_kernels *kernels,
                         bool one_leaf)
{
  uint8_t digest[LS_SHA256_BYTES];
  ls_sha256 *sha = NULL;
  figures *f = ls_alloc(1, sizeof *f);

  if (!f) {
    return LS_E_NOMEM;
  }
  ls_status status = ls_sha256_create(&sha);
  if (status == LS_OK) {
    compute(f, kernels);
    if (one_leaf) {
      ls_sha256_add(sha, "one leaf", sizeof "one leaf");
    }
    ls_sha256_add(sha, f->out, sizeof f->out);
    ls_sha256_add(sha, f->deltas, sizeof f->deltas);
    ls_sha256_add(sha, f->losses, ROWS * sizeof f->losses[0]);
    status = add_rates(sha);
    ls_sha256_destroy(digest, sha);
    ls_sha256_hex(hex, digest);
  }
  ls_free(f);
  return status;
}
