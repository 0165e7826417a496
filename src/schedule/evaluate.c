#include "schedule/evaluate.h"

#include "base/assert.h"
#include "schedule/leaf.h"

// How the end of a stage is kept: where the last stage of a sequence is over, its
// product is evaluated at its end with `held` set.  A leaf that ends right there has
// its end value (a cosine is on its floor); any other is cut off and keeps the value of
// the stage's last step, one before (no drop and no restart happens at the end any
// more).
static double leaf_at(const ls_leaf *leaf, ls_moment moment)
{
  if (leaf->end >= 0 && moment.step >= leaf->end) {
    moment.step = leaf->end;
  } else if (moment.held) {
    moment.step--;
    moment.now--;
  }
  moment.held = false;
  double factor = leaf->kind->at(leaf, &moment);
  LS_ASSERT(factor == factor);
  return factor > 0.0 ? ls_smaller(factor, LS_FACTOR_MAX) : 0.0;
}

// The stage that rules at a moment; the last one rules for ever.
static const ls_stage *ruling_stage(const ls_sequence *sequence,
                                    const ls_moment *moment)
{
  const ls_stage *stage = sequence->stages;
  while (stage->next != NULL &&
         (moment->held ? moment->step > stage->end : moment->step >= stage->end)) {
    stage = stage->next;
  }
  return stage;
}

// The same moment as its stage sees it.
static ls_moment enter_stage(const ls_stage *stage, const ls_moment *outer)
{
  ls_moment inner = *outer;
  if (stage->end >= 0 && inner.step >= stage->end) {
    inner.now -= inner.step - stage->end;
    inner.step = stage->end;
    inner.held = true;
  }
  inner.step -= stage->first;
  int64_t begun = inner.now - inner.step;
  inner.start = begun > outer->start ? begun : outer->start;
  if (stage->has_from) {
    int64_t room = INT64_MAX - inner.step;
    inner.step += stage->from.steps < room ? stage->from.steps : room;
  }
  return inner;
}

double ls_sequence_at(const ls_sequence *sequence, const ls_moment *moment)
{
  const ls_stage *stage = ruling_stage(sequence, moment);
  ls_moment inner = enter_stage(stage, moment);
  double product = 1.0;
  for (const ls_factor *factor = stage->factors; factor != NULL;
       factor = factor->next) {
    product *= factor->leaf != NULL ? leaf_at(factor->leaf, inner)
                                    : ls_sequence_at(factor->sequence, &inner);
    product = ls_smaller(product, LS_FACTOR_MAX);
  }
  return product;
}
