#!/bin/bash
# Tables and pictures of what scripts/scaling.sh has simulated.
#
#   scripts/scaling/report.sh DIRECTORY [norms]
#
# Reads scaling.csv there and writes beside it; `norms`: norms.md alone.
set -euo pipefail
out=$1
csv=$out/scaling.csv

# A rank computes 100 GFLOP/s, and a row costs 6 operations a parameter.
rank_flops=1e11
row_flops=6

# The least that a sum can take which sends halves, as a function of awk.  A message crosses
# two links of a switch, or four where there are several switches.
model_function='
  function model(gbits, nodes, floats,    links, delay, wire) {
    links = nodes > 16 ? 4 : 2
    delay = gbits == 100 ? links * 0.5e-6 + 2 * 0.3e-6 : \
            gbits == 10 ? links * 2e-6 + 2 * 1e-6 : links * 10e-6 + 2 * 3e-6
    wire = 2 * (nodes - 1) / nodes * 4 * floats / (0.95e9 * gbits / 8)
    return wire + 2 * delay * log(nodes) / log(2)
  }'

# cells FLOATS GBITS RANKS_A_NODE: ranks, the model, MPI_Allreduce, ours, ours with memory
# (seconds; - where there is none).
cells() {
  awk -F, -v floats="$1" -v gbits="$2" -v each="$3" '
    $5 == floats && $1 == gbits && $3 == $4 * each && $6 == 0 && $8 == 0 {
      ranks[$3] = 1
      cell[$3, $2, $7] = $9
    }
    '"$model_function"'
    function shown(x) { return x == "" ? "-" : x }
    END {
      split("8 64 256 1024", order, " ")
      for (i = 1; i <= 4; i++) {
        r = order[i]
        if (!(r in ranks)) continue
        print r, model(gbits, r / each, floats), shown(cell[r, "mpi", 0]),
          shown(cell[r, "ordered", 0]), shown(cell[r, "ordered", 10])
      }
    }' "$csv"
}

millions() {
  awk "BEGIN { print $1 / 1e6 }"
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
    $2 == "ordered" && $6 > 0 && $3 == $4 && $5 == 100000 && $8 == 0 {
      if (!(($1, $4) in seen)) { seen[$1, $4] = 1; order[++n] = $1 " " $4 }
      cell[$1, $4, $6] = sprintf("%.0f", 1e6 * $9)
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

# norm_cells GIGABYTES KIND...: microseconds for 0.1 million parameters of each row.
norm_cells() {
  local gigabytes=$1
  shift
  awk -F, -v gigabytes="$gigabytes" -v kinds="$*" '
    $5 == 100000 && $6 == 0 && $7 == gigabytes && $8 == 0 {
      cell[$1, $3 / $4, $3, $2] = 1e6 * $9
    }
    function shown(x) { return x == "" ? "-" : x }
    END {
      split("100 10", gbits, " "); split("1 8", each, " ")
      split("8 64 256 1024", ranks, " "); count = split(kinds, kind, " ")
      for (i = 1; i <= 2; i++)
        for (j = 1; j <= 2; j++)
          for (k = 1; k <= 4; k++)
            if ((gbits[i], each[j], ranks[k], "normed") in cell) {
              printf "%d %d %d", gbits[i], each[j], ranks[k]
              for (l = 1; l <= count; l++)
                printf " %s", shown(cell[gbits[i], each[j], ranks[k], kind[l]])
              print ""
            }
    }' "$csv"
}

# What a norm costs on the wire.
norm_table() {
  echo '| Gbit/s | ranks a node | ranks | MPI_Allreduce | ordered | weights go back | sums go back | chosen |'
  echo '|---|---|---|---|---|---|---|---|'
  norm_cells 0 mpi ordered weights sums normed | awk '
    function us(x) { return x == "-" ? x : sprintf("%.0f", x) }
    { printf "| %d | %d | %d | %s | %s | %s | %s | %s |\n", $1, $2, $3, us($4), us($5),
        us($6), us($7), us($8) }'
}

# And where every rank also measures and updates what it has to, in its caches.
norm_step_table() {
  echo '| Gbit/s | ranks a node | ranks | MPI_Allreduce | and adding | weights go back | sums go back | chosen | chosen / MPI | chosen / MPI, adding |'
  echo '|---|---|---|---|---|---|---|---|---|---|'
  norm_cells 48 mpinormed mpiadds weights sums normed | awk '
    function us(x) { return x == "-" ? x : sprintf("%.0f", x) }
    function ratio(x, y) { return x == "-" || y == "-" ? "-" : sprintf("%.2f", x / y) }
    { printf "| %d | %d | %d | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, us($4),
        us($5), us($6), us($7), us($8), ratio($8, $4), ratio($8, $5) }'
}

norm_tables() {
  printf 'With a norm, the wire alone, microseconds for 0.1 million parameters:\n\n'
  norm_table
  printf '\nWith a norm, measured and updated in caches:\n\n'
  norm_step_table
}

# All at once, in rounds and as the probe chooses, beside what none can be faster than.
rounds_table() {
  echo '| Gbit/s | million parameters | nodes | computing | model | at once | rounds | rounds / at once | probed |'
  echo '|---|---|---|---|---|---|---|---|---|'
  awk -F, '
    '"$model_function"'
    $8 > 0 { seconds[$1, $4, $5, $2] = $9 }
    $8 > 0 && $2 == "probed" {
      before = seconds[$1, $4, $5, "ordered"]
      rounds = seconds[$1, $4, $5, "rounds"]
      printf "| %d | %g | %d | %.0f | %.0f | %.0f | %.0f | %.2f | %.0f |\n", $1, $5 / 1e6,
        $4, 1e6 * 2 * $8 * $5 / '$rank_flops', 1e6 * model($1, $4, $5), 1e6 * before,
        1e6 * rounds, rounds / before, 1e6 * $9
    }' <(grep -v ,probed, "$csv") <(grep ,probed, "$csv") # whatever was run first
}

begin_picture() { # NAME HEIGHT
  cat <<GP
set terminal svg size 860,$2 font 'sans,12' background '#ffffff'
set output '$out/$1.svg'
set datafile missing '-'
set logscale x 2
set xtics ('8' 8, '64' 64, '256' 256, '1,024' 1024)
set xrange [6:1400]
set border 3 linecolor '#555555'
set tics nomirror scale 0.5 textcolor '#222222'
set grid back linetype 1 linecolor '#e4e4e4'
GP
}

# color_of VALUE FIRST SECOND THIRD: one colour for each of three values, or of two.
color_of() {
  case $1 in
  "$2") echo '#0072b2' ;;
  "$3") echo '#d55e00' ;;
  *) echo '#009e73' ;;
  esac
}

exchange_curves() { # FILE EACH SCALE
  local color
  color=$(color_of "$2" 1 8)
  cat <<GP | tr '\n' ' '
'$1' using 1:(\$2*$3) with lines linecolor '$color' linewidth 1.5 dashtype 3
  title 'model, $2 a node',
'' using 1:(\$3*$3) with points linecolor '$color' pointtype 4 pointsize 1.3
  title 'MPI\_Allreduce, $2 a node',
'' using 1:(\$4*$3) with linespoints linecolor '$color' linewidth 1.5 pointtype 7
  pointsize 0.5 title 'ordered, $2 a node',
GP
}

# axis_of GBITS FLOATS: the unit of a panel's times, how many a second has, steps of tics.
axis_of() {
  case $1-$2 in
  100-100000) echo 'us 1e6 50' ;;
  100-1000000) echo 'ms 1e3 0.5' ;;
  100-*) echo 'ms 1e3 5' ;;
  *-100000) echo 'ms 1e3 0.25' ;;
  *-1000000) echo 'ms 1e3 2' ;;
  *) echo 'ms 1e3 20' ;;
  esac
}

# Time of the exchange: a row of panels a network, a column a number of parameters.
draw_exchange() {
  local gbits each floats unit scale step key
  {
    begin_picture scaling-exchange 600
    echo "set multiplot layout 2,3 margins 0.05,0.985,0.19,0.94 spacing 0.055,0.12"
    echo "set yrange [0:*]"
    for gbits in 100 10; do
      for floats in 100000 1000000 10000000; do
        read -r unit scale step < <(axis_of $gbits $floats)
        key='unset key'
        if [[ $gbits$floats == 1010000000 ]]; then
          key='set key at screen 0.5,0.06 center maxrows 3 samplen 3 width 2'
        fi
        cat <<GP
set title '$(millions $floats) million at $gbits Gbit/s, in $unit' offset 0,-0.4
set ytics $step
$key
GP
        [[ $gbits == 100 ]] || echo "set xlabel 'ranks' offset 0,0.5"
        printf 'plot '
        for each in 1 8; do
          cells $floats $gbits $each >"$out/curve.$gbits.$each.$floats"
          exchange_curves "$out/curve.$gbits.$each.$floats" $each "$scale"
        done
        echo
      done
    done
  } | gnuplot
}

efficiency_curve() { # BATCH GBITS RANKS_A_NODE FLOATS COLOR STYLE
  local file="$out/share.$2.$3.$4.$1"
  efficiencies "$1" "$2" "$3" "$4" >"$file"
  cat <<GP | tr '\n' ' '
'$file' with linespoints linecolor '$5' linewidth 1.5 pointsize 0.6 $6
  title '$(millions "$4") million, batch ${1%???},${1: -3}',
GP
}

# How much of a step is computing, at a large (whole line) and a small global batch.
draw_efficiency() {
  local gbits each floats color key
  {
    begin_picture scaling-efficiency 600
    echo "set multiplot layout 2,2 margins 0.06,0.985,0.19,0.94 spacing 0.07,0.12"
    echo "set yrange [0:102]"
    echo "set ytics ('0 %%' 0, '50 %%' 50, '90 %%' 90)"
    for gbits in 100 10; do
      for each in 1 8; do
        key='unset key'
        if [[ $gbits$each == 108 ]]; then
          key='set key at screen 0.5,0.06 center maxrows 2 samplen 3 width 2'
        fi
        cat <<GP
set title '$gbits Gbit/s, $each a node' offset 0,-0.4
$key
GP
        [[ $gbits == 100 ]] || echo "set xlabel 'ranks' offset 0,0.5"
        printf 'plot '
        for floats in 100000 1000000 10000000; do
          color=$(color_of $floats 100000 1000000)
          efficiency_curve 65536 $gbits $each $floats "$color" 'dashtype 1 pointtype 7'
          efficiency_curve 8192 $gbits $each $floats "$color" 'dashtype 2 pointtype 6'
        done
        echo
      done
    done
  } | gnuplot
}

if [[ ${2:-} == norms ]]; then
  norm_tables | tee "$out/norms.md"
  exit 0
fi
{
  printf 'Seconds of the exchange, in microseconds:\n\n'
  exchange_table
  printf '\nRadices, microseconds for 0.1 million parameters, one rank a node:\n\n'
  radix_table
  printf '\n'
  norm_tables
  printf '\nAll at once and in rounds, microseconds:\n\n'
  rounds_table
  printf '\nBatches that keep efficiency up:\n\n'
  batch_table
  printf '\nEfficiency of a fixed global batch:\n\n'
  strong_table
} >"$out/tables.md"
draw_exchange
draw_efficiency
rm -f "$out"/curve.* "$out"/share.*
echo "scaling: $out/tables.md, scaling-exchange.svg, scaling-efficiency.svg" >&2
