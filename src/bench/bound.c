#include "bench/bound.h"

// Takes as much of `wanted` as is left.
static double take(double *left, double wanted)
{
  double taken = wanted < *left ? wanted : *left;

  taken = taken > 0 ? taken : 0;
  *left -= taken;
  return taken;
}

ls_bound ls_bound_find(const ls_bound_figures *f)
{
  ls_bound bound = {.kind = LS_BOUND_COMPUTE};
  double left = f->step;
  double work = take(&left, f->work);

  bound.shares[LS_BOUND_COMPUTE] = take(&work, f->operations / f->product_rate);
  bound.shares[LS_BOUND_MEMORY] = work;
  bound.shares[LS_BOUND_LATENCY] = take(&left, f->latency);
  bound.shares[LS_BOUND_BANDWIDTH] =
      take(&left, f->wire_rate > 0 ? f->wire_bytes / f->wire_rate : 0);
  bound.shares[LS_BOUND_WAITING] = left;
  for (int i = 0; i < LS_BOUND_SHARES; i++) {
    bound.shares[i] /= f->step;
    if (bound.shares[i] > bound.shares[bound.kind]) {
      bound.kind = (ls_bound_kind)i;
    }
  }
  if (f->binding != LS_BINDING_GOOD) {
    bound.kind = LS_BOUND_BINDING;
  }
  return bound;
}

const char *ls_bound_word(ls_bound_kind kind)
{
  static const char *const words[] = {
#define LS_BOUND_WORD(name, word, text, advice) word,
      LS_BOUND_LIST(LS_BOUND_WORD)
#undef LS_BOUND_WORD
  };
  return words[kind];
}

const char *ls_bound_text(ls_bound_kind kind)
{
  static const char *const texts[] = {
#define LS_BOUND_TEXT(name, word, text, advice) text,
      LS_BOUND_LIST(LS_BOUND_TEXT)
#undef LS_BOUND_TEXT
  };
  return texts[kind];
}

const char *ls_bound_advice(ls_bound_kind kind)
{
  static const char *const advices[] = {
#define LS_BOUND_ADVICE(name, word, text, advice) advice,
      LS_BOUND_LIST(LS_BOUND_ADVICE)
#undef LS_BOUND_ADVICE
  };
  return advices[kind];
}
