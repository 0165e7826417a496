#include "comm/join.h"

#include "base/alloc.h"
#include "base/assert.h"

typedef struct planner {
  ls_join *join;
  const ls_tree_node *parts;
  int part_count;
} planner;

// The row that holds the sum of [lo, hi) after the steps appended so far.  Scratch rows
// are a stack: the left child's row, if it is scratch, becomes the parent's.
static int plan(planner *p, int lo, int hi, int depth)
{
  for (int i = 0; i < p->part_count; i++) {
    if (p->parts[i].lo == lo && p->parts[i].hi == hi) {
      return i;
    }
  }
  LS_ASSERT(hi - lo >= 2); // else the parts do not cover what is wanted
  int middle = ls_tree_split(lo, hi);
  int left = plan(p, lo, middle, depth);
  int right = plan(p, middle, hi, depth + 1);
  int out = p->part_count + depth;

  LS_ASSERT(p->join->step_count < p->part_count);
  p->join->steps[p->join->step_count++] = (ls_join_step){left, right, out};
  if (p->join->scratch_count <= depth) {
    p->join->scratch_count = depth + 1;
  }
  return out;
}

ls_status ls_join_plan(ls_join *join, const ls_tree_node *parts, int part_count,
                       ls_tree_node wanted)
{
  *join = (ls_join){0};
  join->steps = ls_alloc((size_t)part_count, sizeof *join->steps);
  if (!join->steps) {
    return LS_E_NOMEM;
  }
  planner p = {join, parts, part_count};
  join->result = plan(&p, wanted.lo, wanted.hi, 0);
  return LS_OK;
}

double ls_join_numbers(const ls_join *join, double *rows)
{
  for (int i = 0; i < join->step_count; i++) {
    const ls_join_step *step = &join->steps[i];
    rows[step->out] = rows[step->left] + rows[step->right];
  }
  return rows[join->result];
}

void ls_join_clear(ls_join *join)
{
  ls_free(join->steps);
  *join = (ls_join){0};
}
