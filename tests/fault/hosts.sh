# shellcheck shell=bash disable=SC2154 # work is of lib.sh
# Sourced: two hosts on this machine, h1 and h2, with a cable between them.
#
#   hosts_up            skips the test where they cannot be
#   on_hosts ARGS ...   mpirun on h1, with a rank on each of h1 and h2
#   hosts_down
#
# A host is a set of namespaces (network, host name, mounts with a /dev/shm of its own);
# h2 has processes of its own too, so that killing its first one is a crash of the host.

host_pids=()

hold_host() {
  local name=$1
  shift
  # shellcheck disable=SC2016 # for the shell in the namespaces
  unshare --net --uts --mount --propagation private "$@" bash -c '
    hostname "$1" && mount -t tmpfs tmpfs /dev/shm &&
      mount --bind "$2/hosts" /etc/hosts && ip link set lo up && touch "$2/$1.up" &&
      exec sleep 100000' bash "$name" "$work" </dev/null >/dev/null 2>&1 &
  host_pids+=($!)
  wait_for 10 test -e "$work/$name.up" ||
    skip netns "namespaces are not allowed here"
}

# address PID ADDRESS: of its end of the cable.  Linux's own congestion control where the
# kernel has it: a system may prefer bbr, whose pace is learnt from what a connection
# sends, and 300 kB a step then take up to twice as long from some point of a run on.
address() {
  local pid=$1
  nsenter -t "$pid" --net sh -c "
    set -e
    ip addr add $2/24 dev eth0
    ip link set eth0 up
    ip route change 10.99.0.0/24 dev eth0 src $2 congctl cubic 2>/dev/null || true"
}

hosts_up() {
  local program
  [[ $(id -u) -eq 0 ]] || skip netns "hosts of network namespaces need root"
  for program in ip unshare nsenter; do
    command -v "$program" >/dev/null || skip netns "not installed: $program"
  done
  printf '%s\n' "127.0.0.1 localhost" "10.99.0.1 h1" "10.99.0.2 h2" >"$work/hosts"
  hold_host h1
  hold_host h2 --pid --fork --kill-child --mount-proc
  h1=${host_pids[0]}
  h2=$(pgrep -P "${host_pids[1]}")
  nsenter -t "$h1" --net ip link add eth0 type veth peer name eth0 netns "$h2" ||
    skip netns "veth pairs are not allowed here"
  address "$h1" 10.99.0.1
  address "$h2" 10.99.0.2
  cat >"$work/agent" <<END
#!/bin/sh
# In place of ssh: HOST WORD ...
shift
exec nsenter -t $h2 --net --uts --mount --pid --wd="$PWD" -- sh -c "\$*"
END
  chmod +x "$work/agent"
}

on_hosts() {
  env OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_oob_tcp_if_include=eth0 \
    nsenter -t "$h1" --net --uts --mount --wd="$PWD" -- \
    "${MPIEXEC:?}" --mca plm rsh --mca ras ^slurm --mca plm_rsh_agent "$work/agent" \
    --host h1:2,h2:2 --map-by node "$@"
}

hosts_down() {
  local pid
  for pid in "${host_pids[@]}"; do
    kill -KILL "$pid" 2>/dev/null
  done
  host_pids=()
}
