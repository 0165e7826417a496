#!/bin/bash
# Draws the pictures of docs/schedules.md and docs/article-schedules.md.
#
#   scripts/schedule_pictures.sh [PROGRAM]     writes docs/pictures/*.svg
#
# PROGRAM defaults to build/release/src/lockstep.  Needs gnuplot.
set -euo pipefail
cd "$(dirname "$0")/.."

lockstep=${1:-build/release/src/lockstep}
pictures=docs/pictures
mkdir -p "$pictures"

# draw NAME TEXT...: a run of 300 steps, 20 an epoch.
draw() {
  local name=$1
  shift
  "$lockstep" schedule "$@" --steps 300 --steps-per-epoch 20 --plot "$pictures/$name.svg"
}

draw constant 'constant(0.5) for 5ep then constant'
draw linear 'linear(1, 0.1)' 'linear(1, 0.1, stairs=5)'
draw warmup 'warmup(over=100)' 'warmup(over=100, shape=log)' \
  'warmup(over=100, shape=cosine)' 'warmup(over=100, shape=1-sqrt)'
draw wsd 'wsd(warmup=30, decay=30%)' 'wsd(warmup=30, decay=30%, tail=linear)' \
  'wsd(warmup=30, decay=30%, tail=cosine)' 'wsd(warmup=30, decay=30%, tail=exponential)'
draw multistep 'multistep(factor=0.5, at=5ep|8ep|11ep)' \
  'multistep(factor=0.5, at=5ep|8ep|11ep) * warmup(over=2ep)'
draw piecewise 'piecewise(values=1|0.4|0.7|0.1, at=60|120|240)'
draw interpolate 'interpolate(values=1|0.4|0.7|0.1, at=60|120|240)' \
  'interpolate(values=1|0.4|0.7|0.1, at=60|120|240, shape=cosine)'
draw step 'step(every=3ep, factor=0.5)'
draw exponential 'exponential(rate=0.5, every=3ep)' \
  'exponential(rate=0.5, every=3ep, staircase)' 'exponential(rate=0.5, every=3ep, end=0.2)'
draw exp 'exp(tau=5ep)' 'exp(decay=0.2, every=1ep, staircase)'
draw inverse_time 'inverse_time(rate=0.5, every=2ep)' \
  'inverse_time(rate=0.5, every=2ep, staircase)' 'inverse_time(rate=0.5, every=2ep, power=0.5)'
draw sigmoid 'sigmoid(rate=0.05, at=150)' 'sigmoid(rate=-0.05, at=150, grow)'
draw polynomial 'polynomial' 'polynomial(power=2, end=0.1)' 'polynomial(power=0.5)' \
  'polynomial(over=75, cycle)'
draw cosine 'cosine' 'cosine(end=0.1, over=200)' 'cosine(exponent=2)' 'cosine(k=2)'
draw tanh 'tanh' 'tanh(lower=-3, upper=3, end=0.1)'
draw inverse_sqrt 'inverse_sqrt(timescale=50)' 'inverse_sqrt(timescale=50, end=0.5)'
draw noam 'noam(warmup=60)'
draw cosine_restarts 'cosine_restarts(first=40, t_mul=2)' \
  'cosine_restarts(first=40, t_mul=2, m_mul=0.5, end=0.1)' 'cosine_restarts(cycles=3)'
draw cyclic 'cyclic(low=0.1, up=40, down=60)' \
  'cyclic(low=0.1, up=40, down=60, mode=triangular2)' \
  'cyclic(low=0.1, up=40, down=60, mode=exp_range, gamma=0.99)' \
  'cyclic(low=0.1, up=40, down=60, stairs=4)'
draw range_test 'range_test(every=100)' 'range_test(every=50, rate=0.5, staircase)'
draw one_cycle 'one_cycle' 'one_cycle(shape=linear)' \
  'one_cycle(phases=3, shape=linear, knots=optax, fall=0.8)'

# A run whose loss falls, halts, and falls again.
history=$(mktemp)
trap 'rm -f "$history"' EXIT
{
  echo kind,step,val_loss
  epoch=0
  for loss in 1.0 0.8 0.7 0.7 0.71 0.7 0.5 0.4 0.4 0.41 0.4 0.4 0.4 0.4; do
    epoch=$((epoch + 1))
    echo "epoch,$((20 * epoch)),$loss"
  done
} >"$history"
draw plateau 'plateau(factor=0.5, patience=2)' \
  'plateau(factor=0.5, patience=2, cooldown=2, floor=0.3)' --history "$history"

draw articles 'inverse_time(rate=0.5, every=1ep)' 'step(factor=0.5, every=3ep)' \
  'exp(tau=5ep)' 'polynomial(power=2)' \
  'constant for 5ep then exponential(rate=0.904837418, every=1ep, staircase)'
