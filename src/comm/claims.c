#include "comm/claims.h"

enum {
  SHORTEST = 4, /* bands are no shorter than this part of the configuration's */
  FEW_ROWS = 64 /* so many are less work than to fetch another's band, and back */
};

// Writes the places to cut a slice at, but its end; returns how many there are.
static int find_places(int64_t *places, const ls_reduction_config *config,
                       ls_span slice)
{
  const int64_t end = slice.first + slice.count;
  int count = 0;

  for (int i = 0; i < config->edge_count; i++) {
    if (config->edges[i] >= slice.first && config->edges[i] < end) {
      places[count++] = config->edges[i];
    }
  }
  return count;
}

// The floats of as many of some slices' blocks as a band may have, wherever they are.
static int64_t longest_of(const ls_claims *c, int slice, int slices)
{
  const int end = c->first[slice + slices];
  int64_t most = 0;

  for (int i = c->first[slice]; i < end; i++) {
    const int after = c->band > 0 && c->band < end - i ? i + c->band : end;
    const int64_t floats = c->places[after] - c->places[i];
    most = floats > most ? floats : most;
  }
  return most;
}

// Of what this rank may claim.
static int64_t longest(const ls_claims *c)
{
  int64_t most = 0;

  if (c->moves) {
    return longest_of(c, 0, c->slices);
  }
  for (int slice = 0; slice < c->slices; slice++) {
    if (slice == c->own || !c->only_own) {
      const int64_t floats = longest_of(c, slice, 1);
      most = floats > most ? floats : most;
    }
  }
  return most;
}

static int64_t whole_lines(int64_t floats)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  return (floats + line - 1) / line * line;
}

// In blocks, of which some are shorter than others.
static int blocks_of_band(const ls_reduction_config *config, int blocks)
{
  if (config->band == 0 || config->count == 0) {
    return 0;
  }
  const int64_t band = config->band * blocks / config->count;
  return band > 0 ? (int)band : 1;
}

ls_status ls_claims_init(ls_claims *claims, const ls_reduction_config *config,
                         const ls_span *slices, int count, int own, bool moves)
{
  *claims = (ls_claims){.slices = count,
                        .own = own,
                        .moves = moves,
                        .only_own = count == 1 || !config->anywhere ||
                                    (moves && config->rows.count <= FEW_ROWS)};
  claims->first = ls_alloc((size_t)count + 1, sizeof *claims->first);
  claims->places = ls_alloc((size_t)config->edge_count, sizeof *claims->places);
  if (!claims->first || !claims->places) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < count; i++) {
    const int first = claims->first[i];
    claims->first[i + 1] =
        first + find_places(claims->places + first, config, slices[i]);
  }
  claims->places[claims->first[count]] = config->count;
  claims->band = blocks_of_band(config, claims->first[count]);
  claims->widest = whole_lines(longest(claims));
  return LS_OK;
}

void ls_claims_clear(ls_claims *claims)
{
  ls_free(claims->first);
  ls_free(claims->places);
  *claims = (ls_claims){0};
}

void ls_claims_cut(ls_claims *claims, int slice, int64_t place)
{
  int block = 0;

  for (int left = claims->first[claims->slices]; left > 0;) {
    const int half = left / 2;
    if (claims->places[block + half] < place) {
      block += half + 1;
      left -= half + 1;
    } else {
      left = half;
    }
  }
  claims->first[slice] = block;
}

void ls_claims_open(ls_claims *claims)
{
  atomic_store_explicit(&claims->counts[claims->own].claimed, 0, memory_order_relaxed);
  claims->behind = 0;
  claims->taken = 0;
}

// Half of what is left, but neither more than a band nor much less.
static int next_blocks(const ls_claims *c, int left)
{
  const int half = left / 2;
  const int wanted = half < c->band ? half : c->band;

  return wanted == 0 || wanted < c->band / SHORTEST ? left : wanted;
}

// Blocks of a slice from its begin on, or up to its end.
static ls_span band_of(const ls_claims *c, int slice, bool from_begin, int taken,
                       int blocks)
{
  const int first =
      from_begin ? c->first[slice] + taken : c->first[slice + 1] - taken - blocks;

  return (ls_span){c->places[first], c->places[first + blocks] - c->places[first]};
}

// Counts are all that ranks tell each other here: barriers order what they write.  The
// lower half are blocks that the slice's rank has claimed, the upper half others'.
static bool claim(const ls_claims *c, int slice, ls_span *band)
{
  _Atomic uint64_t *claimed = &c->counts[slice].claimed;
  const int all = c->first[slice + 1] - c->first[slice];
  const int shift = slice == c->own ? 0 : 32;
  uint64_t before = atomic_load_explicit(claimed, memory_order_relaxed);

  for (;;) {
    const int left = all - (int)(uint32_t)before - (int)(before >> 32);
    const int blocks = next_blocks(c, left);
    if (left == 0) {
      return false;
    }
    if (atomic_compare_exchange_weak_explicit(
            claimed, &before, before + ((uint64_t)blocks << shift),
            memory_order_relaxed, memory_order_relaxed)) {
      *band = band_of(c, slice, (slice == c->own) == (slice % 2 == 0),
                      (int)(uint32_t)(before >> shift), blocks);
      return true;
    }
  }
}

// The next band of the own slice, which nobody else claims.
static bool take(ls_claims *c, ls_span *band)
{
  const int left = c->first[c->own + 1] - c->first[c->own] - c->taken;
  const int blocks = c->band > 0 && c->band < left ? c->band : left;

  if (left > 0) {
    *band = band_of(c, c->own, c->own % 2 == 0, c->taken, blocks);
    c->taken += blocks;
  }
  return left > 0;
}

bool ls_claims_next(ls_claims *claims, ls_span *band)
{
  if (claims->only_own) {
    return take(claims, band);
  }
  for (; claims->behind < claims->slices; claims->behind++) {
    if (claim(claims, (claims->own + claims->behind) % claims->slices, band)) {
      return true;
    }
  }
  return false;
}
