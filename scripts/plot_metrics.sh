#!/bin/bash
# Draws loss, accuracy and learning rate over the epochs of a metrics file.
#
#   scripts/plot_metrics.sh METRICS.csv PICTURE     writes PICTURE.svg and PICTURE.png
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo "usage: scripts/plot_metrics.sh METRICS.csv PICTURE" >&2
  exit 2
fi
metrics=$1
picture=$2
if ! command -v gnuplot >/dev/null; then
  echo "plot_metrics: no plot, gnuplot is not installed (Debian: gnuplot-nox)" >&2
  exit 1
fi

# Rows of steps, where there are any, are left out.
epochs=$(mktemp)
trap 'rm -f "$epochs"' EXIT
grep -E '^(kind|epoch),' "$metrics" >"$epochs"

draw() {
  gnuplot -c /dev/stdin "$epochs" "$picture.$2" "$1" <<'END'
metrics = ARG1
set terminal @ARG3
set output ARG2
set datafile separator comma
set datafile missing ''
set multiplot layout 3,1 margins 0.11,0.97,0.08,0.97 spacing 0,0.06
set grid back linecolor rgb '#dddddd'
set style data linespoints
set style line 1 linecolor rgb '#1f77b4' linewidth 2 pointtype 7 pointsize 0.5
set style line 2 linecolor rgb '#d62728' linewidth 2 pointtype 7 pointsize 0.5
set style line 3 linecolor rgb '#555555' linewidth 2 pointtype 7 pointsize 0.5
set xrange [0:*] noextend
set ylabel 'loss'
set yrange [0:*]
set key top right
plot metrics using 'epoch':'loss' linestyle 1 title 'training', \
     '' using 'epoch':'val_loss' linestyle 2 title 'validation'
set ylabel 'accuracy'
set yrange [*:1]
set key bottom right
plot metrics using 'epoch':'accuracy' linestyle 1 title 'training', \
     '' using 'epoch':'val_accuracy' linestyle 2 title 'validation'
set ylabel 'learning rate'
set yrange [0:*]
set xlabel 'epoch'
set key top right
plot metrics using 'epoch':'lr' linestyle 3 title 'next step'
END
}

draw 'svg size 800,900 dynamic background "white"' svg
draw 'pngcairo size 1000,1125' png
