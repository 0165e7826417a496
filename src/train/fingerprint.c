#include "train/fingerprint.h"

#include "base/alloc.h"
#include "base/random.h"

enum { ROWS = 5, INPUTS = 48, OUTPUTS = 17, RATES = 16 };

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
  kernels->forward(f->out, f->x, f->weight, f->bias, ROWS, INPUTS, OUTPUTS);
  kernels->softmax_loss(f->deltas, f->losses, correct, f->out, labels, ROWS, OUTPUTS,
                        0.0f);
}

ls_status ls_fingerprint(char hex[LS_SHA256_HEX], const ls_kernels *kernels,
                         const ls_schedule *resolved, int64_t steps)
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
    ls_sha256_add(sha, f->out, sizeof f->out);
    ls_sha256_add(sha, f->deltas, sizeof f->deltas);
    ls_sha256_add(sha, f->losses, ROWS * sizeof f->losses[0]);
    for (int i = 0; i < RATES; i++) {
      double rate = ls_schedule_at(resolved, steps / RATES * i, NULL);
      ls_sha256_add(sha, &rate, sizeof rate);
    }
    ls_sha256_destroy(digest, sha);
    ls_sha256_hex(hex, digest);
  }
  ls_free(f);
  return status;
}
