#include "comm/partials.h"

#include <string.h>

const float *ls_partials_place(const ls_partials *partials, int row, ls_span span)
{
  const ls_join *join = &partials->joins[row];

  for (int i = 0; i < partials->stretch_count && join->step_count == 0; i++) {
    const ls_stretch *stretch = &partials->stretches[i];
    if (ls_span_common(stretch->span, span).count == span.count) {
      return stretch->parts[join->result] + (span.first - stretch->span.first);
    }
  }
  return NULL;
}

void ls_partials_load(const ls_partials *partials, const ls_stretch *stretch)
{
  ls_chunk_table *table = partials->table;

  if (stretch->parts != table->parts) {
    memcpy(table->parts, stretch->parts,
           (size_t)table->part_count * sizeof *table->parts);
  }
  if (stretch->thin) {
    ls_chunk_table_read_thin(table, stretch->thin);
  }
}

// One sum over what a span has in a stretch.
static void pack_stretch(float *out, const ls_partials *partials, const ls_join *join,
                         ls_reduction_add *add, ls_span piece)
{
  for (int64_t done = 0; done < piece.count; done += LS_CHUNK) {
    int64_t now = piece.count - done < LS_CHUNK ? piece.count - done : LS_CHUNK;
    ls_chunk_join_into(out + done, partials->table, join, add,
                       (ls_span){piece.first + done, now});
  }
}

void ls_partials_pack(float *out, const ls_partials *partials, int row,
                      ls_reduction_add *add, ls_span span)
{
  for (int i = 0; i < partials->stretch_count; i++) {
    const ls_stretch *stretch = &partials->stretches[i];
    ls_span common = ls_span_common(stretch->span, span);
    if (ls_span_is_empty(common)) {
      continue;
    }
    ls_partials_load(partials, stretch);
    float *at = out + (common.first - span.first);
    common.first -= stretch->span.first;
    pack_stretch(at, partials, &partials->joins[row], add, common);
  }
}
