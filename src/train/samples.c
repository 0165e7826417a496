#include "train/samples.h"

#include "base/alloc.h"

enum { CACHE_LINE = 64 };

ls_status ls_samples_init(ls_samples *samples, ls_rows rows, uint64_t seed,
                          const ls_kernels *kernels, int64_t batch)
{
  *samples = (ls_samples){
      .rows = rows, .seed = seed, .kernels = kernels, .epoch = -1, .known_count = 1};
  while (samples->known_count < 2 * batch) {
    samples->known_count *= 2;
  }
  samples->known = ls_alloc((size_t)samples->known_count, sizeof *samples->known);
  return samples->known ? LS_OK : LS_E_NOMEM;
}

void ls_samples_clear(ls_samples *samples)
{
  ls_free(samples->known);
  *samples = (ls_samples){0};
}

void ls_samples_begin(ls_samples *s, int64_t epoch)
{
  if (s->epoch == epoch) {
    return;
  }
  s->order = ls_order_create(s->seed, epoch, s->rows.count);
  s->epoch = epoch;
  for (int64_t i = 0; i < s->known_count; i++) {
    s->known[i].position = -1;
  }
}

int64_t ls_samples_bytes(const ls_samples *s)
{
  return s->known_count * (int64_t)sizeof *s->known;
}

ls_span ls_samples_inputs(const ls_samples *s)
{
  return (ls_span){0, s->rows.features};
}

static int64_t number_at(ls_samples *s, int64_t position)
{
  ls_sample_number *known = &s->known[position & (s->known_count - 1)];

  if (known->position != position) {
    *known = (ls_sample_number){position, ls_order_at(&s->order, position)};
  }
  return known->sample;
}

void ls_samples_gather(ls_samples *s, float *row, int64_t position, ls_span inputs)
{
  const uint8_t *image = s->rows.images + number_at(s, position) * s->rows.features;
  const int64_t left = s->rows.features - inputs.first;
  const int64_t count = inputs.count < left ? inputs.count : left;

  if (count > 0) {
    s->kernels->unit_from_bytes(row + inputs.first, image + inputs.first, (int)count);
  }
}

uint8_t ls_samples_label(ls_samples *s, int64_t position)
{
  return s->rows.labels[number_at(s, position)];
}

void ls_samples_ask_for(ls_samples *s, int64_t position, ls_span inputs)
{
  if (position >= s->rows.count) {
    return;
  }
  const int64_t sample = number_at(s, position);
  const uint8_t *image = s->rows.images + sample * s->rows.features;
  __builtin_prefetch(s->rows.labels + sample, 0, 2);
  for (int64_t byte = 0; byte < inputs.count; byte += CACHE_LINE) {
    __builtin_prefetch(image + inputs.first + byte, 0, 2);
  }
}
