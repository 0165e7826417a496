#include "train/divergence.h"

#include "base/alloc.h"
#include "base/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LANES = 4 };

// What one rank holds; `weights` is 0 where another rank speaks for the copy.
typedef struct digests {
  uint64_t weights;
  uint64_t clock; /* step, resolved schedule, base rate and rate */
} digests;

// Odd, so that multiplying loses nothing: 2^64 divided by the golden ratio.
static const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);

static inline uint64_t mix(uint64_t digest, uint64_t word)
{
  digest = (digest ^ word) * multiplier;
  return digest ^ digest >> 32;
}

// Every step of a lane can be undone, so one changed bit always changes the lane.
// Lanes only let the processor overlap the multiplications.
static uint64_t digest_floats(const float *values, int64_t count)
{
  uint64_t lanes[LANES] = {1, 2, 3, 4};
  uint64_t words[LANES];
  const int64_t block = 2 * LANES; // two floats a word
  int64_t i = 0;

  for (; i + block <= count; i += block) {
    memcpy(words, values + i, sizeof words);
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = mix(lanes[lane], words[lane]);
    }
  }
  memset(words, 0, sizeof words);
  memcpy(words, values + i, (size_t)(count - i) * sizeof *values);
  uint64_t digest = (uint64_t)count;
  for (int lane = 0; lane < LANES; lane++) {
    digest = mix(digest, mix(lanes[lane], words[lane]));
  }
  return digest != 0 ? digest : 1;
}

static bool has_copy(const ls_divergence_config *config)
{
  if (config->copy_per_rank) {
    return true;
  }
  return ls_comm_node_count(config->comm) > 1 && ls_comm_node_rank(config->comm) == 0;
}

static uint64_t digest_clock(const ls_divergence_config *config, int64_t step,
                             float rate)
{
  uint32_t rate_bits = 0;
  uint64_t base_bits = 0;

  memcpy(&rate_bits, &rate, sizeof rate_bits);
  memcpy(&base_bits, &config->base_rate, sizeof base_bits);
  if (ls_fault("rate.flip", ls_comm_rank(config->comm))) {
    rate_bits ^= 1;
  }
  uint64_t digest = mix(mix(mix(multiplier, (uint64_t)step), rate_bits), base_bits);
  for (const char *at = config->resolved; *at; at++) {
    digest = mix(digest, (unsigned char)*at);
  }
  return digest;
}

static digests digest_here(const ls_divergence_config *config, int64_t step, float rate)
{
  digests own = {.clock = digest_clock(config, step, rate)};
  float *weights = ls_reduction_weights(config->reduction);

  if (has_copy(config)) {
    if (ls_fault("weights.flip", ls_comm_rank(config->comm))) {
      uint32_t bits = 0;
      memcpy(&bits, &weights[config->count / 2], sizeof bits);
      bits ^= 1;
      memcpy(&weights[config->count / 2], &bits, sizeof bits);
    }
    own.weights = digest_floats(weights, config->count);
  }
  return own;
}

static int count_equal(const digests *all, int size, const digests *one)
{
  int equal = 0;

  for (int i = 0; i < size; i++) {
    equal += all[i].weights == one->weights && all[i].clock == one->clock;
  }
  return equal;
}

// The value that more than half of those with a copy share; NULL: there is none.
static const digests *find_majority(const digests *all, int size, int copies)
{
  for (int i = 0; i < size; i++) {
    if (all[i].weights != 0 && 2 * count_equal(all, size, &all[i]) > copies) {
      return &all[i];
    }
  }
  return NULL;
}

// Names everybody who is not of the majority.
static ls_status name_odd(const ls_divergence_config *config, const digests *all,
                          int64_t step)
{
  int size = ls_comm_size(config->comm);
  const char *copy = config->copy_per_rank ? "rank" : "the node of rank";
  char list[512] = "";
  size_t used = 0;
  int copies = 0;

  for (int i = 0; i < size; i++) {
    copies += all[i].weights != 0;
  }
  const digests *majority = find_majority(all, size, copies);
  for (int i = 0; i < size && used < sizeof list; i++) {
    bool odd = !majority || all[i].weights != majority->weights ||
               all[i].clock != majority->clock;
    if (all[i].weights != 0 && odd) {
      int added = snprintf(list + used, sizeof list - used, "%s%s %d (%016" PRIx64 ")",
                           used ? ", " : "", copy, i, all[i].weights);
      used += added > 0 ? (size_t)added : sizeof list;
    }
  }
  return ls_fail(LS_E_DIVERGED,
                 "the weights after step %" PRId64 " differ: %s%s; nothing is saved",
                 step, list, majority ? " from all others" : " from each other");
}

static ls_status find_odd(const ls_divergence_config *config, const digests *own,
                          int64_t step)
{
  int size = ls_comm_size(config->comm);
  digests *all = ls_alloc((size_t)size, sizeof *all);
  ls_status status = ls_comm_agree(config->comm, all ? LS_OK : LS_E_NOMEM);

  if (status == LS_OK) {
    all[ls_comm_rank(config->comm)] = *own;
    status = ls_comm_collect(config->comm, all, sizeof *all, size);
  }
  if (status == LS_OK) {
    status = name_odd(config, all, step);
  }
  ls_free(all);
  return status;
}

// The largest of the values and of their complements tell whether all are the same.
ls_status ls_divergence_check(const ls_divergence_config *config, int64_t step,
                              float rate)
{
  digests own = digest_here(config, step, rate);
  bool speaks = own.weights != 0;
  uint64_t words[] = {own.weights, speaks ? ~own.weights : 0, own.clock, ~own.clock};

  ls_comm_largest_words(config->comm, words, (int)(sizeof words / sizeof *words));
  bool anybody = words[0] != 0 || words[1] != 0;
  if ((!anybody || words[0] == ~words[1]) && words[2] == ~words[3]) {
    return LS_OK;
  }
  if (words[2] != ~words[3]) {
    return ls_comm_same(config->comm, &own.clock, sizeof own.clock,
                        "the step, schedule or learning rate");
  }
  return find_odd(config, &own, step);
}
