#include "comm/exchange_rounds.h"

#include "comm/exchange_private.h"

// There is one stage.
static ls_hop *hop_of(const ls_exchange *x)
{
  return &x->hops[0];
}

void ls_exchange_begin(ls_exchange *x, const ls_exchange_ride *node)
{
  x->ride = ls_exchange_letter_ride(x, node);
  ls_hop_expect(hop_of(x), x->comm);
}

void ls_exchange_pass(ls_exchange *x, int round)
{
  for (int i = 0; i < x->round_bands; i++) {
    int index = round * x->round_bands + i;
    ls_hop_send(hop_of(x), x->comm, index, &x->ride, x->add);
    ls_hop_poke(hop_of(x));
  }
}

bool ls_exchange_has(ls_exchange *x, int band, bool wait)
{
  return ls_hop_has(hop_of(x), band, wait);
}

void ls_exchange_learn(ls_exchange *x, ls_reduction_totals *totals)
{
  ls_letter_ride all;

  ls_hop_read_rides(hop_of(x), &all);
  *totals = ls_exchange_totals(x, &all);
}

void ls_exchange_update_band(ls_exchange *x, int band, float *weights,
                             ls_reduction_update *update, void *context)
{
  const ls_hop *hop = hop_of(x);
  const ls_partials *sums = &hop->sums;
  ls_span span = hop->stage->receives[hop->others_received + band].span;

  // A band is a stretch, but for empty ones.
  for (int i = 0; i < sums->stretch_count; i++) {
    if (!ls_span_is_empty(ls_span_common(sums->stretches[i].span, span))) {
      ls_exchange_update_stretch(x, weights, &sums->stretches[i], update, context);
    }
  }
}

void ls_exchange_hand_out(ls_exchange *x, int band, float *weights)
{
  if (band == 0) {
    ls_hop_expect_back(hop_of(x), x->comm, weights);
  }
  ls_hop_send_back(hop_of(x), x->comm, band, weights);
}

void ls_exchange_end(ls_exchange *x)
{
  ls_hop_flush(hop_of(x));
}
