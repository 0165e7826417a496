#include "comm/claims.h"

#include "comm/slice.h"

// Bands are not much shorter than this part of the configuration's.
enum { SHORTEST = 4 };

// Half of what is left, but neither longer than a band should be nor much shorter.
static ls_span first_band(const ls_reduction_config *config, ls_span left)
{
  const int64_t half = left.count / 2;
  const int64_t wanted = half < config->band ? half : config->band;

  if (wanted == 0 || wanted < config->band / SHORTEST) {
    return left;
  }
  const int parts = (int)((left.count + wanted - 1) / wanted);
  ls_span band = ls_slice_cut(config->edges, config->edge_count, left, parts, 0);
  return ls_span_is_empty(band) ? left : band;
}

// How many bands a slice has; they are written to `bands`, unless that is NULL.
static int cut(ls_span *bands, const ls_reduction_config *config, ls_span slice)
{
  int count = 0;

  while (!ls_span_is_empty(slice)) {
    const ls_span band = first_band(config, slice);
    if (bands) {
      bands[count] = band;
    }
    count++;
    slice = (ls_span){slice.first + band.count, slice.count - band.count};
  }
  return count;
}

// Of the bands that this rank may claim.
static int64_t longest(const ls_claims *c)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  const int first = c->only_own ? c->first[c->own] : 0;
  const int end = c->first[c->only_own ? c->own + 1 : c->slices];
  int64_t most = 0;

  for (int i = first; i < end; i++) {
    most = c->bands[i].count > most ? c->bands[i].count : most;
  }
  return (most + line - 1) / line * line;
}

ls_status ls_claims_init(ls_claims *claims, const ls_reduction_config *config,
                         const ls_span *slices, int count, int own)
{
  *claims = (ls_claims){.slices = count, .own = own, .only_own = !config->anywhere};
  claims->first = ls_alloc((size_t)count + 1, sizeof *claims->first);
  if (!claims->first) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < count; i++) {
    claims->first[i + 1] = claims->first[i] + cut(NULL, config, slices[i]);
  }
  claims->bands = ls_alloc((size_t)claims->first[count], sizeof *claims->bands);
  if (!claims->bands) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < count; i++) {
    (void)cut(claims->bands + claims->first[i], config, slices[i]);
  }
  claims->widest = longest(claims);
  return LS_OK;
}

void ls_claims_clear(ls_claims *claims)
{
  ls_free(claims->first);
  ls_free(claims->bands);
  *claims = (ls_claims){0};
}

void ls_claims_open(ls_claims *claims)
{
  atomic_store_explicit(&claims->counts[claims->own].claimed, 0, memory_order_relaxed);
  claims->behind = 0;
}

// Counts are all that ranks tell each other here: barriers order what they write.
bool ls_claims_next(ls_claims *claims, ls_span *band)
{
  const int slices = claims->only_own ? 1 : claims->slices;

  for (; claims->behind < slices; claims->behind++) {
    const int slice = (claims->own + claims->behind) % claims->slices;
    const int count = claims->first[slice + 1] - claims->first[slice];
    const int next = atomic_fetch_add_explicit(&claims->counts[slice].claimed, 1,
                                               memory_order_relaxed);
    if (next < count) {
      *band = claims->bands[claims->first[slice] + next];
      return true;
    }
  }
  return false;
}
