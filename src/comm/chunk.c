#include "comm/chunk.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <string.h>

ls_status ls_chunk_table_init(ls_chunk_table *table, int part_count, int scratch_count)
{
  size_t rows = (size_t)part_count + (size_t)scratch_count;

  *table = (ls_chunk_table){.part_count = part_count, .scratch_count = scratch_count};
  table->parts = ls_alloc((size_t)part_count, sizeof *table->parts);
  table->origins = ls_alloc((size_t)part_count, sizeof *table->origins);
  table->rows = ls_alloc(rows, sizeof *table->rows);
  table->scratch = ls_alloc((size_t)scratch_count * LS_CHUNK, sizeof *table->scratch);
  bool complete = table->parts && table->origins && table->rows && table->scratch;
  return complete ? LS_OK : LS_E_NOMEM;
}

ls_status ls_chunk_table_init_thin(ls_chunk_table *table)
{
  size_t parts = (size_t)table->part_count;

  table->thin = ls_alloc(parts, sizeof *table->thin);
  table->room = ls_alloc(parts * LS_CHUNK, sizeof *table->room);
  return table->thin && table->room ? LS_OK : LS_E_NOMEM;
}

void ls_chunk_table_clear(ls_chunk_table *table)
{
  ls_free(table->parts);
  ls_free(table->origins);
  ls_free(table->rows);
  ls_free(table->scratch);
  ls_free(table->thin);
  ls_free(table->room);
  *table = (ls_chunk_table){0};
}

void ls_chunk_table_read_thin(ls_chunk_table *table, const ls_thin *thin)
{
  for (int i = 0; i < table->part_count; i++) {
    table->thin[i] = thin[i];
    if (thin[i].map && !thin[i].lines) {
      const ls_thin *before = &table->thin[i - 1];
      table->thin[i].lines = before->lines + ls_thin_count(before);
    }
  }
}

static const float *part_at(ls_chunk_table *table, int part, int64_t first,
                            int64_t count)
{
  first -= table->origins[part];
  if (table->thin && table->thin[part].map) {
    return ls_thin_read(&table->thin[part], first, count,
                        table->room + (int64_t)part * LS_CHUNK);
  }
  return table->parts[part] + first;
}

// All steps but the last.
static void begin_join(ls_chunk_table *table, const ls_join *join,
                       ls_reduction_add *add, int64_t first, int64_t count)
{
  LS_ASSERT(count <= LS_CHUNK && join->scratch_count <= table->scratch_count);
  for (int i = 0; i < table->part_count; i++) {
    table->rows[i] = part_at(table, i, first, count);
  }
  for (int i = 0; i < join->step_count - 1; i++) {
    const ls_join_step *step = &join->steps[i];
    float *out = table->scratch + (int64_t)(step->out - table->part_count) * LS_CHUNK;
    add(out, table->rows[step->left], table->rows[step->right], count);
    table->rows[step->out] = out;
  }
}

const float *ls_chunk_join(ls_chunk_table *table, const ls_join *join,
                           ls_reduction_add *add, int64_t first, int64_t count)
{
  begin_join(table, join, add, first, count);
  if (join->step_count == 0) {
    return table->rows[join->result];
  }
  const ls_join_step *last = &join->steps[join->step_count - 1];
  add(table->scratch, table->rows[last->left], table->rows[last->right], count);
  return table->scratch;
}

void ls_chunk_join_into(float *out, ls_chunk_table *table, const ls_join *join,
                        ls_reduction_add *add, ls_span piece)
{
  begin_join(table, join, add, piece.first, piece.count);
  if (join->step_count == 0) {
    memcpy(out, table->rows[join->result], (size_t)piece.count * sizeof *out);
    return;
  }
  const ls_join_step *last = &join->steps[join->step_count - 1];
  add(out, table->rows[last->left], table->rows[last->right], piece.count);
}
