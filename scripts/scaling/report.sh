#!/bin/bash
# Tables and pictures of what scripts/scaling.sh has simulated.
#
#   scripts/scaling/report.sh DIRECTORY     reads scaling.csv there, writes beside it
set -euo pipefail
out=$1
csv=$out/scaling.csv

# A rank computes 100 GFLOP/s, and a row costs 6 operations a parameter.
rank_flops=1e11
row_flops=6

# cells FLOATS GBITS RANKS_A_NODE: ranks, the model, MPI_Allreduce, ours, ours with memory
# (seconds; - where there is none).
cells() {
  awk -F, -v floats="$1" -v gbits="$2" -v each="$3" '
    $5 == floats && $1 == gbits && $3 == $4 * each && $6 == 0 {
      ranks[$3] = 1
      cell[$3, $2, $7] = $8
    }
    function shown(x) { return x == "" ? "-" : x }
    END {
      delay = gbits >= 100 ? 2.6e-6 : 10e-6
      split("8 64 256 1024", order, " ")
      for (i = 1; i <= 4; i++) {
        r = order[i]
        nodes = r / each
        if (!(r in ranks)) continue
        wire = 2 * (nodes - 1) / nodes * 4 * floats / (0.95e9 * gbits / 8)
        model = wire + 2 * delay * log(nodes) / log(2)
        print r, model, shown(cell[r, "mpi", 0]), shown(cell[r, "ordered", 0]),
          shown(cell[r, "ordered", 10])
      }
    }' "$csv"
}

# What each table has a row of.
for_each() {
  local floats gbits each
  for gbits in 100 10; do
    for each in 1 8; do
      for floats in 100000 1000000 10000000; do
        cells "$floats" "$gbits" "$each" | sed "s/^/$gbits $each $floats /"
      done
    done
  done
}

exchange_table() {
  echo '| Gbit/s | ranks a node | million parameters | ranks | model | MPI_Allreduce | ordered | ordered / MPI | with memory |'
  echo '|---|---|---|---|---|---|---|---|---|'
  for_each | awk '
    function us(x) { return x == "-" ? x : sprintf("%.0f", 1e6 * x) }
    { printf "| %d | %d | %g | %d | %s | %s | %s | %s | %s |\n", $1, $2, $3 / 1e6, $4,
        us($5), us($6), us($7), $6 == "-" || $7 == "-" ? "-" : sprintf("%.2f", $7 / $6),
        us($8) }'
}

# Rows a rank for which computing takes 9 times, or once, the exchange with memory.
batch_table() {
  echo '| Gbit/s | ranks a node | million parameters | ranks | rows a rank for 90 % | for 50 % | global batch for 90 % |'
  echo '|---|---|---|---|---|---|---|'
  for_each | awk -v flops=$rank_flops -v row=$row_flops '
    function up(x) { return x == int(x) ? x : int(x) + 1 }
    $8 != "-" {
      half = $8 * flops / (row * $3)
      printf "| %d | %d | %g | %d | %d | %d | %d |\n", $1, $2, $3 / 1e6, $4,
        up(9 * half), up(half), $4 * up(9 * half)
    }'
}

# efficiencies BATCH GBITS RANKS_A_NODE FLOATS: of a global batch, by ranks.
efficiencies() {
  cells "$4" "$2" "$3" | awk -v flops=$rank_flops -v row=$row_flops -v batch="$1" \
    -v floats="$4" '
    $5 != "-" {
      compute = row * floats * batch / $1 / flops
      print $1, 100 * compute / (compute + $5)
    }'
}

strong_table() {
  local gbits each floats batch
  echo '| Gbit/s | ranks a node | million parameters | global batch | 8 | 64 | 256 | 1,024 ranks |'
  echo '|---|---|---|---|---|---|---|---|'
  for gbits in 100 10; do
    for each in 1 8; do
      for floats in 100000 1000000 10000000; do
        for batch in 8192 65536; do
          efficiencies $batch $gbits $each $floats |
            awk -v head="| $gbits | $each | $floats | $batch" '
              { cell[$1] = sprintf("%.0f %%", $2) }
              function shown(x) { return x == "" ? "-" : x }
              END {
                split(head, part, " [|] ")
                printf "%s | %s | %g | %d | %s | %s | %s | %s |\n", part[1], part[2],
                  part[3] / 1e6, part[4], shown(cell[8]), shown(cell[64]),
                  shown(cell[256]), shown(cell[1024])
              }'
        done
      done
    done
  done
}

radix_table() {
  echo '| Gbit/s | nodes | radix 2 | 3 | 4 | 8 | 16 | one stage |'
  echo '|---|---|---|---|---|---|---|---|'
  awk -F, '
    $2 == "ordered" && $6 > 0 && $3 == $4 && $5 == 100000 {
      if (!(($1, $4) in seen)) { seen[$1, $4] = 1; order[++n] = $1 " " $4 }
      cell[$1, $4, $6] = sprintf("%.0f", 1e6 * $8)
    }
    function shown(x) { return x == "" ? "-" : x }
    END {
      for (i = 1; i <= n; i++) {
        split(order[i], k, " ")
        printf "| %d | %d", k[1], k[2]
        split("2 3 4 8 16 " k[2], radix, " ")
        for (j = 1; j <= 6; j++) {
          printf " | %s", j < 6 && radix[j] == k[2] ? "-" : shown(cell[k[1], k[2], radix[j]])
        }
        print " |"
      }
    }' "$csv"
}

begin_picture() { # NAME
  cat <<GP
set terminal svg size 860,${2:-400} font 'sans,12' background '#ffffff'
set output '$out/$1.svg'
set datafile missing '-'
set logscale x 2
set xtics ('8' 8, '64' 64, '256' 256, '1,024' 1024)
set xrange [6:1400]
set xlabel 'ranks'
set grid back linecolor '#dddddd'
set key noautotitle
GP
}

# Seconds of the exchange: a panel a network, ranks a node side by side.
draw_exchange() {
  local gbits each floats color
  {
    begin_picture scaling-exchange 680
    cat <<'GP'
set logscale y 10
set yrange [3e-5:0.15]
set ytics ('100 us' 1e-4, '1 ms' 1e-3, '10 ms' 1e-2, '100 ms' 1e-1)
set multiplot layout 2,2
GP
    for gbits in 100 10; do
      for each in 1 8; do
        echo "set title '$gbits Gbit/s, $each a node'"
        echo "set key $([[ $gbits$each == 101 ]] && echo 'bottom right' || echo off)"
        printf 'plot '
        for floats in 100000 1000000 10000000; do
          case $floats in
          100000) color='#0072b2' ;;
          1000000) color='#d55e00' ;;
          *) color='#009e73' ;;
          esac
          cells $floats $gbits $each >"$out/curve.$gbits.$each.$floats"
          cat <<GP | tr '\n' ' '
'$out/curve.$gbits.$each.$floats' using 1:2 with lines linecolor '$color' dashtype 3,
'' using 1:3 with points linecolor '$color' pointtype 4 pointsize 1.1,
'' using 1:4 with linespoints linecolor '$color' pointtype 7 pointsize 0.5,
GP
        done
        cat <<'GP' | tr '\n' ' '
NaN with lines linecolor '#444444' dashtype 3 title 'model',
NaN with points linecolor '#444444' pointtype 4 title 'MPI\_Allreduce',
NaN with linespoints linecolor '#444444' pointtype 7 pointsize 0.5 title 'ordered sum'
GP
        echo
      done
    done
  } | gnuplot
}

# How much of a step is computing, at a global batch of 65,536.
draw_efficiency() {
  local gbits each floats color mark
  {
    begin_picture scaling-efficiency 380
    cat <<'GP'
set yrange [0:100]
set format y '%g %%'
set ylabel 'computing'
set multiplot layout 1,2
GP
    for gbits in 100 10; do
      echo "set title '$gbits Gbit/s, global batch 65,536'"
      echo "set key $([[ $gbits == 100 ]] && echo 'bottom left' || echo off)"
      printf 'plot 90 linecolor "#888888" dashtype 2, 50 linecolor "#888888" dashtype 2'
      for floats in 100000 1000000 10000000; do
        case $floats in
        100000) color='#0072b2' ;;
        1000000) color='#d55e00' ;;
        *) color='#009e73' ;;
        esac
        for each in 1 8; do
          mark=$([[ $each == 1 ]] && echo 6 || echo 7)
          efficiencies 65536 $gbits $each $floats >"$out/share.$gbits.$each.$floats"
          printf ", '%s' with linespoints linecolor '%s' pointtype %d title '%g million, %d a node'" \
            "$out/share.$gbits.$each.$floats" "$color" "$mark" \
            "$(awk "BEGIN { print $floats / 1e6 }")" "$each"
        done
      done
      echo
    done
  } | gnuplot
}

{
  printf 'Seconds of the exchange, in microseconds:\n\n'
  exchange_table
  printf '\nRadices, microseconds for 0.1 million parameters, one rank a node:\n\n'
  radix_table
  printf '\nBatches that keep efficiency up:\n\n'
  batch_table
  printf '\nEfficiency of a fixed global batch:\n\n'
  strong_table
} >"$out/tables.md"
draw_exchange
draw_efficiency
rm -f "$out"/curve.* "$out"/share.*
echo "scaling: $out/tables.md, scaling-exchange.svg, scaling-efficiency.svg" >&2
