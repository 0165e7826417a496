#!/bin/bash
# Two hosts: the same bits as on one; a link that goes down and a host that dies end the
# run in seconds, by name.
set -uo pipefail
cd "${LOCKSTEP_SOURCE:?}" || exit 1
# shellcheck source=tests/fault/lib.sh
. tests/fault/lib.sh
# shellcheck source=tests/fault/hosts.sh
. tests/fault/hosts.sh

# shellcheck disable=SC2317 # called by clean_up
clean_up_more() {
  processes all | xargs -r kill -KILL
  hosts_down
}

hosts_up
make_data
make_reference
hang_seconds=3

train_on_hosts() {
  on_hosts -n 4 "$LOCKSTEP" train --data "$work/data" "${options[@]}" \
    --out "$work/run" --hang-timeout "$hang_seconds" >"$work/out" 2>"$work/err"
}

# lose HOW COMMAND ...: what COMMAND does to the hosts ends all ranks in time.  The
# launcher may wait for minutes for a host that it cannot reach; it is not waited for.
lose() {
  local how=$1 begin launcher
  shift
  rm -rf "$work/run" "$work/err"
  LOCKSTEP_PAUSE=step#100:2 train_on_hosts &
  launcher=$!
  wait_for 30 has_paused "$work/err" 4 || complain "$how: has not paused"
  begin=$(date +%s)
  "$@"
  wait_for $((2 + hang_seconds + 5)) nobody_is_left ||
    complain "$how: still there: $(processes all)"
  echo "$how: all ranks gone after $(($(date +%s) - begin)) s"
  pgrep -P "$launcher" | xargs -r kill -KILL
  wait "$launcher"
}

train_on_hosts || complain "two hosts: $(cat "$work/err")"
[[ $(digest_of "$work/out") == "$reference" ]] || complain "two hosts: other weights"

# Sums over tcp, of a batch that is no leaf, in messages above and below what goes unasked.
wide() {
  rm -rf "$work/wide"
  "$@" "$LOCKSTEP" train --data "$work/data" --batch 250 --hidden "$hidden" --epochs 3 \
    --save-every never --quiet --out "$work/wide" >"$work/out" 2>"$work/err"
}

for hidden in 32 120 300; do
  wide "$MPIEXEC" -n 1 || complain "$hidden hidden: $(cat "$work/err")"
  expected=$(digest_of "$work/out")
  for way in 2:sums 4:sums 2:rounds; do
    export LOCKSTEP_EXCHANGE=${way#*:}
    wide on_hosts -n "${way%:*}" || complain "$way, $hidden hidden: $(cat "$work/err")"
    grep -q " exchange=$LOCKSTEP_EXCHANGE " "$work/out" || complain "$way: not obeyed"
    [[ $(digest_of "$work/out") == "${expected:-none}" ]] ||
      complain "$way, $hidden hidden: other weights"
  done
done
unset LOCKSTEP_EXCHANGE
rm -rf "$work/wide"

# Those that work apart go on until they have something to tell.
for way in rows:99 flags:[0-9]*; do
  export LOCKSTEP_EXCHANGE=${way%:*}
  lose "link down, $way" nsenter -t "$h1" --net ip link set eth0 down
  grep -q "has waited .* s for other hosts: h2 in a step, step ${way#*:}" "$work/err" ||
    complain "link down, $way: not named: $(cat "$work/err")"
  nsenter -t "$h1" --net ip link set eth0 up
done

# A save that takes long is waited for as such, also by a host that is some steps on.
for way in rows flags; do
  rm -rf "$work/run" "$work/err"
  LOCKSTEP_EXCHANGE=$way LOCKSTEP_PAUSE=save#2:$((hang_seconds + 3))@0 train_on_hosts ||
    complain "slow save, $way: $(cat "$work/err")"
done

lose "host dead" kill -KILL "$h2"
finish
