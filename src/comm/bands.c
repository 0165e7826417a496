#include "comm/bands.h"

#include "base/alloc.h"
#include "comm/slice.h"

ls_status ls_bands_init(ls_bands *bands, const ls_reduction_config *config,
                        ls_span slice, int part_count)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  int64_t count = config->band > 0 ? slice.count / config->band : 1;

  *bands = (ls_bands){.part_count = part_count};
  bands->count = count > 0 ? (int)count : 1;
  bands->spans = ls_alloc((size_t)bands->count, sizeof *bands->spans);
  if (!bands->spans) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < bands->count; i++) {
    bands->spans[i] =
        ls_slice_cut(config->edges, config->edge_count, slice, bands->count, i);
    int64_t lines = (bands->spans[i].count + line - 1) / line * line;
    bands->widest = lines > bands->widest ? lines : bands->widest;
  }
  bands->scratch =
      ls_alloc((size_t)part_count * (size_t)bands->widest, sizeof *bands->scratch);
  return bands->scratch ? LS_OK : LS_E_NOMEM;
}

void ls_bands_clear(ls_bands *bands)
{
  ls_free(bands->spans);
  ls_free(bands->scratch);
  *bands = (ls_bands){0};
}
